/* The kinds of encryption, as libcryptsetup has them (libcryptsetup.h). */
#include "opening.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* What cryptsetup falls back to for a plain device without these options. The library keeps it to
 * itself; the values changed with 2.7 (its docs/v2.7.0-ReleaseNotes). */
#if BOOTGRAPH_CRYPTSETUP >= 207
static const char plain_cipher[] = "aes-xts-plain64", plain_hash[] = "sha256";
#else
static const char plain_cipher[] = "aes-cbc-essiv:sha256", plain_hash[] = "ripemd160";
#endif
enum {
	PLAIN_KEY_BITS = 256,
	VERACRYPT_PIM_MAX = 2147468, /* VeraCrypt's own; a thousand rounds each fit 32 bits */
};

static bool has(const struct opening *opening, enum option_id id)
{
	return opening->options.given[id];
}

uint32_t device_flags(const struct opening *opening)
{
	static const struct {
		enum option_id id;
		uint32_t flag;
	} flags[] = {
		{OPTION_READONLY, CRYPT_ACTIVATE_READONLY},
		{OPTION_DISCARD, CRYPT_ACTIVATE_ALLOW_DISCARDS},
		{OPTION_SAME_CPU_CRYPT, CRYPT_ACTIVATE_SAME_CPU_CRYPT},
		{OPTION_SUBMIT_FROM_CRYPT_CPUS, CRYPT_ACTIVATE_SUBMIT_FROM_CRYPT_CPUS},
		{OPTION_NO_READ_WORKQUEUE, CRYPT_ACTIVATE_NO_READ_WORKQUEUE},
		{OPTION_NO_WRITE_WORKQUEUE, CRYPT_ACTIVATE_NO_WRITE_WORKQUEUE},
	};
	uint32_t result = 0;

	for (size_t i = 0; i < sizeof flags / sizeof *flags; i++)
		if (has(opening, flags[i].id))
			result |= flags[i].flag;
	return result;
}

/* --- is it there? --------------------------------------------------------- */

static bool same_device(const char *a, const char *b)
{
	struct stat one, other;

	if (a == NULL || stat(a, &one) < 0 || stat(b, &other) < 0)
		return false;
	if (S_ISBLK(one.st_mode) && S_ISBLK(other.st_mode))
		return one.st_rdev == other.st_rdev;
	return one.st_dev == other.st_dev && one.st_ino == other.st_ino;
}

int device_is_open(const struct opening *opening)
{
	struct crypt_device *device;
	const char *on;
	bool ours;
	crypt_status_info status = crypt_status(NULL, opening->name);

	if (status != CRYPT_ACTIVE && status != CRYPT_BUSY)
		return 0;
	if (crypt_init_by_name(&device, opening->name) < 0)
		return report(-EEXIST, "there is another mapping called %s already", opening->name);
	on = crypt_get_device_name(device);
	ours = same_device(on, opening->source);
	if (!ours)
		(void)report(-EEXIST, "%s is open already, but on %s and not on %s", opening->name,
			     on != NULL ? on : "something else", opening->source);
	crypt_free(device);
	return ours ? 1 : -EEXIST;
}

/* --- which kind is it? ---------------------------------------------------- */

static const char *header_of(const struct opening *opening)
{
	return has(opening, OPTION_HEADER) ? opening->options.text[OPTION_HEADER] : NULL;
}

/* What the line says; without a word of it, what the header is. */
static bool kind_is_said(const struct opening *opening, enum crypt_kind *ret_kind)
{
	static const struct {
		enum option_id id;
		enum crypt_kind kind;
	} kinds[] = {
		{OPTION_LUKS, KIND_LUKS},	{OPTION_TCRYPT, KIND_TCRYPT},
		{OPTION_PLAIN, KIND_PLAIN},	{OPTION_BITLK, KIND_BITLK},
		{OPTION_FVAULT2, KIND_FVAULT2},
	};

	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
		if (has(opening, kinds[i].id)) {
			*ret_kind = kinds[i].kind;
			return true;
		}
	return false;
}

static int init(struct opening *opening)
{
	const char *header = header_of(opening);
	int r = header != NULL ? crypt_init_data_device(&opening->device, header, opening->source)
			       : crypt_init(&opening->device, opening->source);

	if (r < 0)
		return report(r, "%s%s%s cannot be opened: %s", opening->source,
			      header != NULL ? " with header " : "", header != NULL ? header : "",
			      strerror(-r));
	if (opening->key_in_table)
		crypt_volume_key_keyring(opening->device, 0);
	return 0;
}

/* Of LUKS any version: CRYPT_LUKS is NULL. */
static const char *type_of(enum crypt_kind kind)
{
	static const char *const types[] = {CRYPT_LUKS, CRYPT_PLAIN, CRYPT_TCRYPT, CRYPT_BITLK,
#ifdef CRYPT_FVAULT2
					    CRYPT_FVAULT2
#else
					    NULL /* libcryptsetup before 2.6 */
#endif
	};

	return types[kind];
}

int device_load(struct opening *opening)
{
	bool said = kind_is_said(opening, &opening->kind);
	int r = init(opening);

	if (r < 0)
		return r;
	if (!said) {
		opening->kind = KIND_LUKS;
		if (crypt_load(opening->device, CRYPT_LUKS, NULL) == 0)
			return 0;
		opening->kind = header_of(opening) == NULL && strcmp(content_type(opening->source),
								     "BitLocker") == 0
					? KIND_BITLK
					: KIND_PLAIN;
	}
	if (opening->kind == KIND_FVAULT2 && type_of(KIND_FVAULT2) == NULL)
		return report(-ENOTSUP, "this libcryptsetup knows no FileVault2");
	if (opening->kind == KIND_PLAIN || opening->kind == KIND_TCRYPT)
		return 0; /* only the passphrase tells */
	r = crypt_load(opening->device, type_of(opening->kind), NULL);
	if (r < 0)
		return report(r, "%s has no %s header",
			      header_of(opening) != NULL ? header_of(opening) : opening->source,
			      opening->kind == KIND_LUKS ? "LUKS" : type_of(opening->kind));
	return 0;
}

/* --- trying --------------------------------------------------------------- */

/* A wrong key has several faces. That of BitLocker is what OpenSSL's failure to decrypt becomes
 * (cryptsetup 2.6.1, lib/crypto_backend/crypto_openssl.c: crypt_bitlk_decrypt_key); of what else is
 * invalid the library speaks. */
static bool is_wrong_key(const struct opening *opening, int r)
{
	return r == -EPERM || (r == -ENOENT && opening->kind == KIND_LUKS) ||
	       (r == -EINVAL && opening->kind == KIND_BITLK && report_is_clear());
}

static int say_why(const struct opening *opening, int r)
{
	if (r >= 0)
		return 0;
	if (is_wrong_key(opening, r))
		return -EPERM;
	if (r == -ENOMEM)
		return report(r, "there is not enough memory to open %s", opening->source);
	return report_else(r, "%s: %s", opening->source, strerror(-r));
}

static int activate_plain(struct opening *opening, const char *name, uint64_t bits,
			  struct crypt_params_plain *parameters, const char *bytes, size_t size)
{
	const char *all =
		has(opening, OPTION_CIPHER) ? opening->options.text[OPTION_CIPHER] : plain_cipher;
	size_t length = strcspn(all, "-");
	char cipher[64], mode[64];
	int r;

	if (bits % 8 != 0 || bits / 8 > 512 || length >= sizeof cipher ||
	    strlen(all) >= sizeof mode)
		return report(-EINVAL, "cipher=%s,size=%llu cannot be", all,
			      (unsigned long long)bits);
	snprintf(cipher, sizeof cipher, "%.*s", (int)length, all);
	/* A cipher alone is an old word for its CBC mode (cryptsetup(8)). */
	snprintf(mode, sizeof mode, "%s", all[length] == '-' ? all + length + 1 : "cbc-plain");
	r = crypt_format(opening->device, CRYPT_PLAIN, cipher, mode, NULL, NULL, bits / 8,
			 parameters);
	if (r >= 0)
		r = crypt_activate_by_passphrase(opening->device, name, CRYPT_ANY_SLOT, bytes, size,
						 device_flags(opening));
	/* The next attempt formats again, and needs a device that nothing is loaded from. */
	crypt_free(opening->device);
	opening->device = NULL;
	if (r >= 0)
		return init(opening);
	(void)init(opening);
	return say_why(opening, r);
}

/* Any key opens a plain device, but only the right one brings something to light. That is looked at
 * under another name: under its own the device would be mounted meanwhile. */
static int try_plain(struct opening *opening, const char *bytes, size_t size, bool of_file)
{
	const struct options *options = &opening->options;
	const char *hash = has(opening, OPTION_HASH) ? options->text[OPTION_HASH] : plain_hash;
	struct crypt_params_plain parameters = {
		.hash = of_file || strcmp(hash, "plain") == 0 ? NULL : hash,
		.offset = options->number[OPTION_OFFSET],
		.skip = options->number[OPTION_SKIP],
		.sector_size = has(opening, OPTION_SECTOR_SIZE)
				       ? (uint32_t)options->number[OPTION_SECTOR_SIZE]
				       : 512,
	};
	uint64_t bits = has(opening, OPTION_SIZE) ? options->number[OPTION_SIZE] : PLAIN_KEY_BITS;
	char trial[64], path[96];
	bool known;
	int r;

	if (parameters.hash == NULL && size > bits / 8)
		size = bits / 8; /* without a hash the first bytes are the key */
	snprintf(trial, sizeof trial, TRIAL_NAME, (int)getpid());
	snprintf(path, sizeof path, "/dev/mapper/%s", trial);
	r = activate_plain(opening, trial, bits, &parameters, bytes, size);
	if (r < 0)
		return r;
	known = content_is_known(path);
	r = crypt_deactivate(NULL, trial);
	if (r < 0)
		return report_else(r, "%s cannot be closed again: %s", trial, strerror(-r));
	return known ? activate_plain(opening, opening->name, bits, &parameters, bytes, size)
		     : -EPERM;
}

static int try_tcrypt(struct opening *opening, const char *bytes, size_t size)
{
	const char *file = strcmp(opening->key, "none") != 0 && !has(opening, OPTION_KEYSCRIPT)
				   ? opening->key
				   : NULL;
	uint64_t pim = opening->options.number[OPTION_VERACRYPT_PIM];
	struct crypt_params_tcrypt parameters = {
		.passphrase = bytes,
		.passphrase_size = size,
		.keyfiles = file != NULL ? &file : NULL,
		.keyfiles_count = file != NULL,
		.flags = CRYPT_TCRYPT_LEGACY_MODES |
			 (has(opening, OPTION_VERACRYPT) ? CRYPT_TCRYPT_VERA_MODES : 0U) |
			 (has(opening, OPTION_TCRYPTHIDDEN) ? CRYPT_TCRYPT_HIDDEN_HEADER : 0U),
		.veracrypt_pim = (uint32_t)pim,
	};
	int r;

	if (pim > VERACRYPT_PIM_MAX)
		return report(-EINVAL, "veracrypt-pim=%llu is too large", (unsigned long long)pim);
	r = crypt_load(opening->device, CRYPT_TCRYPT, &parameters);

	if (r >= 0)
		r = crypt_activate_by_volume_key(opening->device, opening->name, NULL, 0,
						 device_flags(opening));
	return say_why(opening, r);
}

int device_try(struct opening *opening, const char *bytes, size_t size, bool of_file)
{
	const struct options *options = &opening->options;
	int slot = CRYPT_ANY_SLOT;

	report_clear();
	if (opening->kind == KIND_PLAIN)
		return try_plain(opening, bytes, size, of_file);
	if (opening->kind == KIND_TCRYPT)
		return try_tcrypt(opening, bytes, size);
	if (opening->kind == KIND_LUKS && has(opening, OPTION_KEYSLOT))
		slot = options->number[OPTION_KEYSLOT] < 1024
			       ? (int)options->number[OPTION_KEYSLOT]
			       : 1023; /* no header has so many; the library says so */
	return say_why(opening, crypt_activate_by_passphrase(opening->device, opening->name, slot,
							     bytes, size, device_flags(opening)));
}
