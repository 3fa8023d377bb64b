/* A plug-in of libcryptsetup for tokens of the type "bgtest": what opens the device is always the
 * same. Documentation: libcryptsetup.h, "External token handlers"; the library looks for the
 * symbols with their version, which token-plugin.map gives them. */
#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

struct crypt_device;

int cryptsetup_token_open(struct crypt_device *device, int token, char **buffer, size_t *length,
			  void *context);
void cryptsetup_token_buffer_free(void *buffer, size_t length);
const char *cryptsetup_token_version(void);

int cryptsetup_token_open(struct crypt_device *device, int token, char **buffer, size_t *length,
			  void *context)
{
	(void)device;
	(void)token;
	(void)context;
	*buffer = strdup("from a token");
	if (*buffer == NULL)
		return -ENOMEM;
	*length = strlen(*buffer);
	return 0;
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
