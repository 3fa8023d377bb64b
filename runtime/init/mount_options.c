/* Option texts of mount(8) and fstab(5), read and written. */
#include "mount.h"

#include <string.h>
#include <sys/mount.h>

struct option {
	const char *word;
	unsigned long set, clear;
};

#ifndef MS_LAZYTIME
#define MS_LAZYTIME (1 << 25)
#endif

static const struct option options_known[] = {
	{"defaults", 0, 0},
	{"ro", MS_RDONLY, 0},
	{"rw", 0, MS_RDONLY},
	{"nosuid", MS_NOSUID, 0},
	{"suid", 0, MS_NOSUID},
	{"nodev", MS_NODEV, 0},
	{"dev", 0, MS_NODEV},
	{"noexec", MS_NOEXEC, 0},
	{"exec", 0, MS_NOEXEC},
	{"sync", MS_SYNCHRONOUS, 0},
	{"async", 0, MS_SYNCHRONOUS},
	{"dirsync", MS_DIRSYNC, 0},
	{"mand", MS_MANDLOCK, 0},
	{"nomand", 0, MS_MANDLOCK},
	{"noatime", MS_NOATIME, MS_RELATIME | MS_STRICTATIME},
	{"atime", 0, MS_NOATIME},
	{"nodiratime", MS_NODIRATIME, 0},
	{"diratime", 0, MS_NODIRATIME},
	{"relatime", MS_RELATIME, MS_NOATIME | MS_STRICTATIME},
	{"norelatime", 0, MS_RELATIME},
	{"strictatime", MS_STRICTATIME, MS_NOATIME | MS_RELATIME},
	{"nostrictatime", 0, MS_STRICTATIME},
	{"lazytime", MS_LAZYTIME, 0},
	{"nolazytime", 0, MS_LAZYTIME},
	{"iversion", MS_I_VERSION, 0},
	{"noiversion", 0, MS_I_VERSION},
	{"silent", MS_SILENT, 0},
	{"loud", 0, MS_SILENT},
	{"bind", MS_BIND, 0},
	{"rbind", MS_BIND | MS_REC, 0},
	{"remount", MS_REMOUNT, 0},
	/* What only mount(8) and those who call it look at. */
	{"auto", 0, 0},
	{"noauto", 0, 0},
	{"nofail", 0, 0},
	{"_netdev", 0, 0},
	{"user", MS_NOEXEC | MS_NOSUID | MS_NODEV, 0},
	{"users", MS_NOEXEC | MS_NOSUID | MS_NODEV, 0},
	{"owner", MS_NOSUID | MS_NODEV, 0},
	{"group", MS_NOSUID | MS_NODEV, 0},
	{"nouser", 0, 0},
	{"nousers", 0, 0},
	{"noowner", 0, 0},
	{"nogroup", 0, 0},
};

static const struct option *find_option(const char *word, size_t length)
{
	unsigned i;

	for (i = 0; i < sizeof options_known / sizeof options_known[0]; i++)
		if (strlen(options_known[i].word) == length &&
		    memcmp(options_known[i].word, word, length) == 0)
			return &options_known[i];
	return NULL;
}

static bool starts_with(const char *word, size_t length, const char *start)
{
	return length >= strlen(start) && memcmp(word, start, strlen(start)) == 0;
}

bool mount_add_data(struct mount_options *options, const char *word, size_t length)
{
	size_t have = strlen(options->data);

	if (have + length + 2 > sizeof options->data)
		return false;
	if (have > 0)
		options->data[have++] = ',';
	memcpy(options->data + have, word, length);
	options->data[have + length] = '\0';
	return true;
}

/* One word; a value may hold commas between double quotes, as SELinux contexts do. */
static size_t word_length(const char *text)
{
	bool quoted = false;
	size_t i;

	for (i = 0; text[i] != '\0' && (quoted || text[i] != ','); i++)
		quoted ^= text[i] == '"';
	return i;
}

bool mount_read_options(struct mount_options *ret, const char *text, const char *access)
{
	bool fits = true;

	memset(ret, 0, sizeof *ret);
	while (*text != '\0') {
		size_t length = word_length(text);
		const struct option *option = find_option(text, length);

		if (option != NULL)
			ret->flags = (ret->flags & ~option->clear) | option->set;
		else if (length > 0 && !starts_with(text, length, "x-") &&
			 !starts_with(text, length, "X-") && !starts_with(text, length, "comment="))
			fits &= mount_add_data(ret, text, length);
		text += length;
		text += *text == ',';
	}
	if (strcmp(access, "ro") == 0)
		ret->flags |= MS_RDONLY;
	else if (strcmp(access, "rw") == 0)
		ret->flags &= ~(unsigned long)MS_RDONLY;
	return fits;
}

/* A flag that one word stands for alone. */
static bool is_one_flag(unsigned long set)
{
	return set != 0 && (set & (set - 1)) == 0;
}

bool mount_write_options(const struct mount_options *options, char *text, size_t room)
{
	struct mount_options out = {0};
	const char *access = (options->flags & MS_RDONLY) != 0 ? "ro" : "rw";
	bool fits = mount_add_data(&out, access, strlen(access));

	for (size_t i = 0; i < sizeof options_known / sizeof *options_known; i++) {
		const struct option *option = &options_known[i];

		if (is_one_flag(option->set) && option->set != MS_RDONLY &&
		    (options->flags & option->set) != 0)
			fits &= mount_add_data(&out, option->word, strlen(option->word));
	}
	if (*options->data != '\0')
		fits &= mount_add_data(&out, options->data, strlen(options->data));
	if (strlen(out.data) >= room)
		return false;
	strcpy(text, out.data);
	return fits;
}
