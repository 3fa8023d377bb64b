/* Leaving it to mdadm(8), where that is in the image. */
#include "array.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/major.h>
#include <linux/raid/md_u.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <unistd.h>

bool mdadm_is_there(void)
{
	return access(MDADM, X_OK) == 0;
}

/* Keeps the last line of what mdadm says, and passes all of it on. */
static void listen(int fd, char said[MDADM_SAID])
{
	char piece[256];
	size_t length = 0;
	ssize_t n, i;

	said[0] = '\0';
	while ((n = read(fd, piece, sizeof piece)) > 0 || (n < 0 && errno == EINTR)) {
		for (i = 0; i < n; i++) {
			if (piece[i] == '\n') {
				said[length] = '\0';
				length = 0;
			} else if (length + 1 < MDADM_SAID) {
				said[length++] = piece[i];
			}
		}
		if (n > 0 && write(STDERR_FILENO, piece, (size_t)n) < 0)
			continue; /* without a console, what it said last is still kept */
	}
	if (length > 0)
		said[length] = '\0';
}

int mdadm_run(const char *const *arguments, char said[MDADM_SAID])
{
	int ends[2], status;
	pid_t pid;

	said[0] = '\0';
	/* Nodes and links are made by whoever asks: there is no udev to wait for, and no systemd to
	 * start a monitor. */
	setenv("MDADM_NO_UDEV", "1", 1);
	setenv("MDADM_NO_SYSTEMCTL", "1", 1);
	if (pipe2(ends, O_CLOEXEC) < 0)
		return -1;
	pid = fork();
	if (pid == 0) {
		dup2(ends[1], STDOUT_FILENO);
		dup2(ends[1], STDERR_FILENO);
		execv(arguments[0], (char *const *)arguments);
		_exit(127);
	}
	close(ends[1]);
	listen(ends[0], said);
	close(ends[0]);
	if (pid < 0)
		return -1;
	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return -1;
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

/* What it put together but did not start would keep its members from whoever comes next. */
static void stop_unstarted(const char *name)
{
	char path[PATH_ROOM];
	int fd;

	if (!block_exists(name) || array_runs(name))
		return;
	snprintf(path, sizeof path, "/dev/%s", name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd >= 0) {
		ioctl(fd, STOP_ARRAY, NULL);
		close(fd);
	}
}

bool mdadm_assemble(const struct array *array)
{
	const char *arguments[MD_SLOTS_MAX + 8];
	char device[KERNEL_NAME_MAX + 8], uuid[48], text[37], said[MDADM_SAID];
	unsigned i, n = 0;
	int status;

	md_uuid_text(&array->newest->md, text);
	snprintf(uuid, sizeof uuid, "--uuid=%s", text);
	snprintf(device, sizeof device, "/dev/%s", array->kernel_name);
	arguments[n++] = MDADM;
	arguments[n++] = "--assemble";
	arguments[n++] = device;
	arguments[n++] = uuid;
	if (array->degraded)
		arguments[n++] = "--run";
	for (i = 0; i < array->count; i++)
		if (array->member[i].fresh)
			arguments[n++] = array->member[i].path;
	arguments[n] = NULL;
	status = mdadm_run(arguments, said);
	if (status == 0 && array_runs(array->kernel_name))
		return true;
	stop_unstarted(array->kernel_name);
	return report("mdadm did not start %s: %s", array->path,
		      said[0] != '\0' ? said : "it does not say why");
}
