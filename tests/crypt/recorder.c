/* In the place of libcryptsetup and libblkid: bootgraph-crypt with this writes a line to descriptor
 * 5 for each of their functions that it calls, and gets answers as the environment says:
 *
 *   HEADER    what crypt_load finds: LUKS2, BITLK; else nothing
 *   RIGHT     the passphrase, key or PIN that opens the device
 *   TOKEN     pin: the header has a token, which wants one
 *   PAUSE     before a passphrase is looked at, a byte is read from descriptor 6; and it is in no
 *             line, for printing one leaves it in memory
 *
 * What libcryptsetup's functions promise: libcryptsetup.h. */
#include "../../runtime/crypt/opening.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { RECORD_FD = 5, PAUSE_FD = 6 };

struct crypt_device {
	char device[256];
	const char *type;
};

static bool opened; /* under any name, as long as it was not closed again */

static void __attribute__((format(printf, 1, 2))) record(const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	vdprintf(RECORD_FD, format, arguments);
	va_end(arguments);
}

static bool is(const char *variable, const char *value)
{
	const char *text = getenv(variable);

	return text != NULL && strcmp(text, value) == 0;
}

static bool is_right(const char *bytes, size_t size)
{
	const char *right = getenv("RIGHT");

	return right != NULL && strlen(right) == size && memcmp(right, bytes, size) == 0;
}

/* --- devices -------------------------------------------------------------- */

int crypt_init_data_device(struct crypt_device **ret_device, const char *device,
			   const char *data_device)
{
	if (device != data_device)
		record("header %s\n", device);
	if (access(device, R_OK) < 0)
		return -errno;
	*ret_device = calloc(1, sizeof **ret_device);
	if (*ret_device == NULL)
		return -ENOMEM;
	snprintf((*ret_device)->device, sizeof(*ret_device)->device, "%s", data_device);
	return 0;
}

int crypt_init(struct crypt_device **ret_device, const char *device)
{
	return crypt_init_data_device(ret_device, device, device);
}

int crypt_init_by_name(struct crypt_device **ret_device, const char *name)
{
	(void)ret_device;
	(void)name;
	return -ENODEV;
}

void crypt_free(struct crypt_device *device)
{
	free(device);
}

crypt_status_info crypt_status(struct crypt_device *device, const char *name)
{
	(void)device;
	(void)name;
	return CRYPT_INACTIVE;
}

const char *crypt_get_device_name(struct crypt_device *device)
{
	return device->device;
}

const char *crypt_get_type(struct crypt_device *device)
{
	return device->type;
}

int crypt_volume_key_keyring(struct crypt_device *device, int enable)
{
	(void)device;
	record("keyring %d\n", enable);
	return 0;
}

int crypt_get_volume_key_size(struct crypt_device *device)
{
	(void)device;
	return 32;
}

void crypt_set_log_callback(struct crypt_device *device,
			    void (*log)(int level, const char *message, void *context),
			    void *context)
{
	(void)device;
	(void)log;
	(void)context;
}

/* --- kinds ---------------------------------------------------------------- */

static int load_tcrypt(const struct crypt_params_tcrypt *parameters)
{
	record("load TCRYPT '%.*s' pim %u%s%s keyfiles %u\n", (int)parameters->passphrase_size,
	       parameters->passphrase, parameters->veracrypt_pim,
	       parameters->flags & CRYPT_TCRYPT_VERA_MODES ? " vera" : "",
	       parameters->flags & CRYPT_TCRYPT_HIDDEN_HEADER ? " hidden" : "",
	       parameters->keyfiles_count);
	return is_right(parameters->passphrase, parameters->passphrase_size) ? 0 : -EPERM;
}

int crypt_load(struct crypt_device *device, const char *type, void *parameters)
{
	if (type != NULL && strcmp(type, CRYPT_TCRYPT) == 0)
		return load_tcrypt(parameters);
	record("load %s\n", type != NULL ? type : "LUKS");
	device->type = type != NULL ? type : CRYPT_LUKS2;
	return is("HEADER", device->type) ? 0 : -EINVAL;
}

/* NOLINTNEXTLINE(readability-function-size): the library's own parameters */
int crypt_format(struct crypt_device *device, const char *type, const char *cipher,
		 const char *cipher_mode, const char *uuid, const char *volume_key,
		 size_t volume_key_size, void *params)
{
	const struct crypt_params_plain *plain = params;

	(void)device;
	(void)uuid;
	(void)volume_key;
	record("format %s %s %s %zu hash %s offset %" PRIu64 " skip %" PRIu64 " sector %u\n", type,
	       cipher, cipher_mode, volume_key_size * 8, plain->hash != NULL ? plain->hash : "none",
	       plain->offset, plain->skip, plain->sector_size);
	return 0;
}

/* --- opening -------------------------------------------------------------- */

static const char *flag_names(uint32_t flags)
{
	static const struct {
		uint32_t flag;
		const char *name;
	} names[] = {
		{CRYPT_ACTIVATE_READONLY, " readonly"},
		{CRYPT_ACTIVATE_ALLOW_DISCARDS, " discards"},
		{CRYPT_ACTIVATE_SAME_CPU_CRYPT, " same-cpu"},
		{CRYPT_ACTIVATE_SUBMIT_FROM_CRYPT_CPUS, " submit"},
		{CRYPT_ACTIVATE_NO_READ_WORKQUEUE, " no-read"},
		{CRYPT_ACTIVATE_NO_WRITE_WORKQUEUE, " no-write"},
	};
	static char text[200];

	text[0] = '\0';
	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if ((flags & names[i].flag) != 0)
			strcat(text, names[i].name);
	return text;
}

int crypt_activate_by_passphrase(struct crypt_device *device, const char *name, int slot,
				 const char *bytes, size_t size, uint32_t flags)
{
	char byte;

	(void)device;
	record("activate %s slot %d '%.*s'%s\n",
	       strncmp(name, "temporary-", 10) == 0 ? "trial" : name, slot,
	       getenv("PAUSE") != NULL ? 0 : (int)size, bytes, flag_names(flags));
	if (getenv("PAUSE") != NULL && read(PAUSE_FD, &byte, 1) != 1)
		return -EINTR;
	opened = is_right(bytes, size);
	/* Any key opens a plain device, and has its content_is_known below. */
	return opened || is("HEADER", "") ? 0 : -EPERM;
}

int crypt_activate_by_volume_key(struct crypt_device *device, const char *name, const char *key,
				 size_t key_size, uint32_t flags)
{
	(void)device;
	(void)key;
	(void)key_size;
	record("activate %s%s\n", name, flag_names(flags));
	return 0;
}

int crypt_deactivate(struct crypt_device *device, const char *name)
{
	(void)device;
	(void)name;
	record("deactivate\n");
	return 0;
}

/* --- tokens --------------------------------------------------------------- */

int crypt_token_max(const char *type)
{
	(void)type;
	return getenv("TOKEN") != NULL ? 1 : 0;
}

crypt_token_info crypt_token_status(struct crypt_device *device, int token, const char **type)
{
	(void)device;
	(void)token;
	(void)type;
	return CRYPT_TOKEN_EXTERNAL;
}

int crypt_activate_by_token(struct crypt_device *device, const char *name, int token, void *context,
			    uint32_t flags)
{
	(void)device;
	(void)token;
	(void)context;
	record("token %s%s\n", name, flag_names(flags));
	return is("TOKEN", "pin") ? -ENOANO : is("TOKEN", "away") ? -EAGAIN : 0;
}

/* NOLINTNEXTLINE(readability-function-size): the library's own parameters */
int crypt_activate_by_token_pin(struct crypt_device *device, const char *name, const char *type,
				int token, const char *pin, size_t pin_size, void *context,
				uint32_t flags)
{
	(void)device;
	(void)type;
	(void)token;
	(void)context;
	record("token %s PIN '%.*s'%s\n", name, getenv("PAUSE") != NULL ? 0 : (int)pin_size, pin,
	       flag_names(flags));
	return is_right(pin, pin_size) ? 0 : -ENOANO;
}

/* --- libblkid ------------------------------------------------------------- */

bool content_is_known(const char *path)
{
	(void)path;
	return opened;
}

const char *content_type(const char *path)
{
	(void)path;
	return is("HEADER", CRYPT_BITLK) ? "BitLocker" : "";
}
