/* Keys that nobody types: files, and what keyscripts print. */
#include "opening.h"
#include "../prompt/askpass.h"
#include "../prompt/secret.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

void key_wipe(struct key *key)
{
	secret_free(key->bytes, key->room);
	*key = (struct key){0};
}

/* Takes in what a descriptor gives, up to a limit. */
static int read_all(int fd, size_t limit, struct key *key)
{
	ssize_t n = 0;

	key->room = limit;
	key->bytes = secret_alloc(key->room);
	if (key->bytes == NULL)
		return -ENOMEM;
	while (key->size < limit) {
		n = read(fd, key->bytes + key->size, limit - key->size);
		if (n == 0 || (n < 0 && errno != EINTR))
			break;
		key->size += n > 0 ? (size_t)n : 0;
	}
	return n < 0 ? -errno : 0;
}

/* --- files ---------------------------------------------------------------- */

/* How much of it counts. A plain device takes as many bytes as its key has, whatever keyfile-size
 * says (cryptsetup 2:2.6.1-4, debian/functions: unlock_mapping). */
static size_t wanted_size(const struct opening *opening)
{
	const struct options *options = &opening->options;
	uint64_t bits = options->given[OPTION_SIZE] ? options->number[OPTION_SIZE] : 256;

	if (opening->kind == KIND_PLAIN)
		return bits / 8 < KEY_MAX ? bits / 8 : KEY_MAX;
	if (options->given[OPTION_KEYFILE_SIZE] && options->number[OPTION_KEYFILE_SIZE] < KEY_MAX)
		return options->number[OPTION_KEYFILE_SIZE];
	return KEY_MAX;
}

static int skip(int fd, uint64_t bytes)
{
	char some[4096];
	int r = 0;

	if (bytes == 0 || (bytes <= INT64_MAX && lseek(fd, (off_t)bytes, SEEK_SET) >= 0))
		return 0;
	while (bytes > 0 && r == 0) { /* no seeking in a pipe or a character device */
		ssize_t n = read(fd, some, bytes < sizeof some ? bytes : sizeof some);

		if (n <= 0)
			r = n < 0 ? -errno : -ENODATA;
		else
			bytes -= (uint64_t)n;
	}
	secret_wipe(some, sizeof some);
	return r;
}

/* How much room it takes: a file that says how long it is gets no more. The room is locked memory,
 * and every page of it is written to. */
static size_t room_for(int fd, size_t limit)
{
	struct stat status;

	if (fstat(fd, &status) < 0 || !S_ISREG(status.st_mode) || status.st_size <= 0 ||
	    (uint64_t)status.st_size >= limit)
		return limit;
	return (size_t)status.st_size;
}

int key_read_file(const struct opening *opening, struct key *ret_key)
{
	const struct options *options = &opening->options;
	bool exact = options->given[OPTION_KEYFILE_SIZE] && opening->kind != KIND_PLAIN;
	int fd = open(opening->key, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	int r;

	*ret_key = (struct key){0};
	if (fd < 0)
		return report(-errno, "the key file of %s cannot be read: %s: %s", opening->name,
			      opening->key, strerror(errno));
	r = skip(fd, options->number[OPTION_KEYFILE_OFFSET]);
	if (r == 0)
		r = read_all(fd, room_for(fd, wanted_size(opening)), ret_key);
	close(fd);
	if (r < 0)
		return report(r, "the key file of %s cannot be read: %s: %s", opening->name,
			      opening->key, strerror(-r));
	if (ret_key->size == 0 || (exact && ret_key->size < wanted_size(opening)))
		return report(-EINVAL, "the key file of %s is too short: %s", opening->name,
			      opening->key);
	return 0;
}

/* --- keyscripts ----------------------------------------------------------- */

static void set_option(enum option_id id, const char *value)
{
	char name[80];
	int length = snprintf(name, sizeof name, "CRYPTTAB_OPTION_%s", option_name(id));

	for (int i = 0; i < length; i++)
		if (name[i] == '-' || name[i] == '.')
			name[i] = '_';
	setenv(name, value, 1);
}

/* Back to the form of the file: what a field cannot contain as it is. */
static void set_raw(const char *name, const char *value)
{
	char text[2048];
	size_t length = 0;

	for (; *value != '\0' && length + 5 < sizeof text; value++) {
		bool plain = isgraph((unsigned char)*value) && *value != '\\';

		length += (size_t)snprintf(text + length, sizeof text - length,
					   plain ? "%c" : "\\%03o", (unsigned char)*value);
	}
	text[length] = '\0';
	setenv(name, text, 1);
}

/* What crypttab(5) promises a keyscript. */
static void set_environment(const struct opening *opening)
{
	char *options = strdup(opening->raw_options);
	char tried[16];

	if (options != NULL)
		options_unescape(options);
	snprintf(tried, sizeof tried, "%u", (unsigned)opening->tried);
	setenv("CRYPTTAB_NAME", opening->name, 1);
	setenv("CRYPTTAB_SOURCE", opening->source, 1);
	setenv("CRYPTTAB_KEY", opening->key, 1);
	setenv("CRYPTTAB_OPTIONS", options != NULL ? options : "", 1);
	set_raw("_CRYPTTAB_NAME", opening->name);
	set_raw("_CRYPTTAB_SOURCE",
		opening->raw_source != NULL ? opening->raw_source : opening->source);
	set_raw("_CRYPTTAB_KEY", opening->key);
	setenv("_CRYPTTAB_OPTIONS", opening->raw_options, 1);
	setenv("CRYPTTAB_TRIED", tried, 1);
	for (unsigned id = 0; id < OPTION_COUNT; id++)
		if (opening->options.given[id])
			set_option((enum option_id)id, opening->options.text[id][0] != '\0'
							       ? opening->options.text[id]
							       : "yes");
}

/* Scripts ask people by /lib/cryptsetup/askpass: here a program that asks the broker, by the
 * connection on PROMPT_FD that it inherits (prompt/askpass.h). */
static void offer_askpass(void)
{
	mkdir("/lib/cryptsetup", 0755);
	if (symlink("/usr/lib/bootgraph/bootgraph-askpass", ASKPASS_PATH) < 0 && errno != EEXIST)
		(void)report(-errno, "%s cannot be made: %s", ASKPASS_PATH, strerror(errno));
}

static _Noreturn void be_script(const struct opening *opening, const char *path, int output)
{
	set_environment(opening);
	dup2(output, STDOUT_FILENO);
	close(REPORT_FD);
	execl(path, path, opening->key, (char *)NULL);
	_exit(127);
}

int key_run_script(const struct opening *opening, struct key *ret_key)
{
	const char *name = opening->options.text[OPTION_KEYSCRIPT];
	char path[512];
	int ends[2], r, status = 0;
	pid_t pid;

	*ret_key = (struct key){0};
	snprintf(path, sizeof path, "%s%s", *name == '/' ? "" : "/lib/cryptsetup/scripts/", name);
	offer_askpass();
	if (pipe2(ends, O_CLOEXEC) < 0)
		return report(-errno, "keyscript: %s", strerror(errno));
	pid = fork();
	if (pid == 0)
		be_script(opening, path, ends[1]);
	close(ends[1]);
	r = pid > 0 ? read_all(ends[0], KEY_MAX, ret_key) : -errno;
	close(ends[0]);
	while (pid > 0 && waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	if (r == 0 && (!WIFEXITED(status) || WEXITSTATUS(status) != 0))
		r = -ECHILD;
	if (r < 0)
		return report(r,
			      r == -ECHILD ? "the keyscript of %s failed: %s"
					   : "the keyscript of %s could not be run: %s",
			      opening->name, path);
	return 0;
}
