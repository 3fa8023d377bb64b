/* What is left to lvm(8), and when. */
#include "activate.h"

#include "../helper/udevd.h"
#include "../lvm/conf.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define LVM_PROGRAM "/sbin/lvm"

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

const char *conf_decides(struct lvm_error *error)
{
	size_t length = 0;
	char *text = read_conf(LVM_CONF_FILE, &length);
	struct lvm_memory memory = {.size = LVM_CONF_MEMORY(length)};
	const char *setting;

	if (access(LVM_DEVICES_FILE, F_OK) == 0) {
		free(text);
		return LVM_DEVICES_FILE;
	}
	if (text == NULL)
		return errno == ENOENT ? NULL : LVM_CONF_FILE;
	memory.block = malloc(memory.size);
	if (memory.block == NULL || !lvm_conf_decides(&memory, text, length, &setting, error))
		setting = LVM_CONF_FILE " cannot be read";
	free(memory.block);
	free(text);
	return setting;
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
 * boot. The volume is activated although it may not be for autoactivation (y, not ay): it was
 * asked for by name. */
_Noreturn static void become_lvm(int output, const char *path)
{
	int null = open("/dev/null", O_RDWR);

	if (null >= 0)
		dup2(null, STDIN_FILENO);
	dup2(output, STDOUT_FILENO);
	dup2(output, STDERR_FILENO);
	udevd_tell_libdevmapper();
	setenv("LVM_SUPPRESS_FD_WARNINGS", "1", 1);
	setenv("LC_ALL", "C", 1);
	execl(LVM_PROGRAM, "lvm", "lvchange", "--activate", "y", "--sysinit", "--nohints", path,
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
