/* cryptopts= of the kernel command line: a line of crypttab with other punctuation
 * (README.initramfs of cryptsetup 2:2.6.1-4, 7). target=, source= and key= are its first three
 * fields, the rest are options; GRUB's backslashes are gone by now. */
#include "opening.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* Takes the value of a word that begins with this key. */
static bool take(char *word, const char *key, char **ret_value)
{
	size_t length = strlen(key);

	if (strncmp(word, key, length) != 0)
		return false;
	*ret_value = word + length;
	return true;
}

int cryptopts_read(struct opening *opening, const char *text)
{
	char *words = strdup(text), *options = calloc(1, strlen(text) + 1), *word;
	char *target = NULL, *source = NULL, *key = NULL;

	opening->memory[0] = words;
	opening->memory[1] = options;
	if (words == NULL || options == NULL)
		return report(-ENOMEM, "no memory for cryptopts=");
	while ((word = strsep(&words, ",")) != NULL) {
		if (take(word, "target=", &target) || take(word, "source=", &source) ||
		    take(word, "key=", &key))
			continue;
		if (*options != '\0')
			strcat(options, ",");
		strcat(options, word);
	}
	if (source == NULL)
		return report(-EINVAL, "cryptopts= without source=");
	opening->name = "cryptroot";
	if (target != NULL && *target != '\0') {
		options_unescape(target);
		opening->name = target;
	}
	if (key != NULL) {
		options_unescape(key);
		opening->key = key;
	}
	opening->raw_source = source;
	opening->raw_options = options;
	return 0;
}
