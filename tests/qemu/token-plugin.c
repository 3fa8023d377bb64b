/* A plug-in of libcryptsetup for tokens of the type "bgtest": what opens the device is always the
 * same. A token that says "pin" in its JSON wants one first, and it is always "2468".
 * Documentation: libcryptsetup.h, "External token handlers"; the library looks for the symbols with
 * their version, which token-plugin.map gives them. */
#include <errno.h>
#include <libcryptsetup.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

int cryptsetup_token_open(struct crypt_device *device, int token, char **buffer, size_t *length,
			  void *context);
int cryptsetup_token_open_pin(struct crypt_device *device, int token, const char *pin,
			      size_t pin_length, char **buffer, size_t *length, void *context);
void cryptsetup_token_buffer_free(void *buffer, size_t length);
const char *cryptsetup_token_version(void);

static int give(char **buffer, size_t *length)
{
	*buffer = strdup("from a token");
	if (*buffer == NULL)
		return -ENOMEM;
	*length = strlen(*buffer);
	return 0;
}

int cryptsetup_token_open(struct crypt_device *device, int token, char **buffer, size_t *length,
			  void *context)
{
	const char *json;
	int r = crypt_token_json_get(device, token, &json);

	(void)context;
	if (r < 0)
		return r;
	return strstr(json, "\"pin\"") != NULL ? -ENOANO : give(buffer, length);
}

int cryptsetup_token_open_pin(struct crypt_device *device, int token, const char *pin,
			      size_t pin_length, char **buffer, size_t *length, void *context)
{
	static const char right[] = "2468";

	(void)device;
	(void)token;
	(void)context;
	if (pin_length != strlen(right) || memcmp(pin, right, pin_length) != 0)
		return -ENOANO;
	return give(buffer, length);
}

void cryptsetup_token_buffer_free(void *buffer, size_t length)
{
	explicit_bzero(buffer, length);
	free(buffer);
}

const char *cryptsetup_token_version(void)
{
	return "1";
}
