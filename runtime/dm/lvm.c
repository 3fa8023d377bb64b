/* What is left to lvm(8), and when. */
#include "activate.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define LVM_PROGRAM "/sbin/lvm"
#define LVM_CONF    "/etc/lvm/lvm.conf"
#define LVM_DEVICES "/etc/lvm/devices/system.devices"

bool lvm_is_there(void)
{
	return access(LVM_PROGRAM, X_OK) == 0;
}

/* --- lvm.conf -------------------------------------------------------------------- */

/* What is in the file, with its length; NULL with errno. */
static char *read_conf(const char *path, size_t *ret_length)
{
	enum { CONF_MAX = 4 << 20 };
	FILE *file = fopen(path, "re");
	char *text;

	if (file == NULL)
		return NULL;
	text = malloc(CONF_MAX);
	*ret_length = text != NULL ? fread(text, 1, CONF_MAX, file) : 0;
	if (text != NULL && (ferror(file) || *ret_length == CONF_MAX)) {
		free(text);
		text = NULL;
		errno = EFBIG;
	}
	fclose(file);
	return text;
}

/* A setting, written as "section { key = ... }" or as "section/key = ...". */
static const struct lvm_node *find_setting(const struct lvm_node *first, const char *section,
					   const char *key)
{
	char path[80];
	const struct lvm_node *node, *found;

	snprintf(path, sizeof path, "%s/%s", section, key);
	for (node = first; node != NULL; node = node->next) {
		if (!node->is_section && strcmp(node->key, path) == 0)
			return node;
		if (!node->is_section || strcmp(node->key, section) != 0)
			continue;
		found = lvm_find(node->child, key);
		if (found != NULL)
			return found;
	}
	return NULL;
}

static const char *which_decides(const struct lvm_node *first)
{
	static const struct {
		const char *section, *key;
		const char *idle; /* a value that decides nothing, or NULL */
	} settings[] = {
		{"activation", "volume_list", NULL},
		{"activation", "read_only_volume_list", NULL},
		{"devices", "filter", NULL},
		{"devices", "global_filter", NULL},
		{"global", "system_id_source", "none"},
	};
	const struct lvm_node *node;
	size_t i;

	for (i = 0; i < sizeof settings / sizeof settings[0]; i++) {
		node = find_setting(first, settings[i].section, settings[i].key);
		if (node != NULL &&
		    (settings[i].idle == NULL || !lvm_has_word(node->value, settings[i].idle)))
			return settings[i].key;
	}
	return NULL;
}

const char *lvm_conf_decides(struct lvm_error *error)
{
	size_t length = 0;
	char *text = read_conf(LVM_CONF, &length);
	struct lvm_memory memory = {0};
	struct lvm_node *first;
	const char *decides;

	if (access(LVM_DEVICES, F_OK) == 0) {
		free(text);
		return LVM_DEVICES;
	}
	if (text == NULL)
		return errno == ENOENT ? NULL : LVM_CONF;
	memory.size = 32 * length + 4096;
	memory.block = malloc(memory.size);
	decides = memory.block == NULL || !lvm_config_parse(&memory, text, length, &first, error)
			  ? LVM_CONF " (it cannot be read)"
			  : which_decides(first);
	free(memory.block);
	free(text);
	return decides;
}

/* --- running it --------------------------------------------------------------------- */

/* The last line that it wrote, which is what it gives as the reason. */
static void last_line(FILE *output, char *to, size_t room)
{
	char line[512];

	to[0] = '\0';
	while (fgets(line, sizeof line, output) != NULL) {
		line[strcspn(line, "\n")] = '\0';
		if (line[strspn(line, " \t")] != '\0')
			snprintf(to, room, "%s", line + strspn(line, " \t"));
	}
}

/* --sysinit: no lock directory to write to, no monitoring daemon, as lvmchange(8) says for early
 * boot. The volume is activated although it may not be for autoactivation: it was asked for by
 * name. */
_Noreturn static void become_lvm(int output, const char *path)
{
	int null = open("/dev/null", O_RDWR);

	if (null >= 0)
		dup2(null, STDIN_FILENO);
	dup2(output, STDOUT_FILENO);
	dup2(output, STDERR_FILENO);
	setenv("DM_DISABLE_UDEV", "1", 1);
	setenv("LVM_SUPPRESS_FD_WARNINGS", "1", 1);
	setenv("LC_ALL", "C", 1);
	execl(LVM_PROGRAM, "lvm", "lvchange", "--activate", "ay", "--sysinit", "--nohints", path,
	      (char *)NULL);
	dprintf(STDERR_FILENO, "%s cannot be started: %s\n", LVM_PROGRAM, strerror(errno));
	_exit(127);
}

bool volume_run_lvm(const char *group, const char *volume, struct lvm_error *error)
{
	char path[300], reason[160] = "";
	int ends[2], status;
	FILE *output;
	pid_t child;

	snprintf(path, sizeof path, "%.127s/%.127s", group, volume);
	if (pipe2(ends, O_CLOEXEC) < 0)
		return lvm_fail(error, "lvm cannot be started: %s", strerror(errno));
	child = fork();
	if (child == 0)
		become_lvm(ends[1], path);
	close(ends[1]);
	output = child > 0 ? fdopen(ends[0], "r") : NULL;
	if (output == NULL) {
		close(ends[0]);
		return lvm_fail(error, "lvm cannot be started: %s", strerror(errno));
	}
	last_line(output, reason, sizeof reason);
	fclose(output);
	while (waitpid(child, &status, 0) < 0 && errno == EINTR)
		;
	if (WIFSIGNALED(status))
		return lvm_fail(error, "lvm was ended by signal %d", WTERMSIG(status));
	return WEXITSTATUS(status) == 0 || lvm_fail(error, "lvm says: %s", reason);
}
