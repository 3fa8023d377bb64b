#include "fsck.h"
#include "init.h"
#include "log.h"
#include "mount.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define FSCK_LOG "/run/initramfs/fsck.log"

struct check {
	const char *name; /* root, usr: names the stamp file */
	const char *type, *device;
	char program[64];
	bool progress; /* shown on the console */
};

static bool is_set(const struct init *init, enum parameter_id id)
{
	return init_parameter(init, id)[0] != '\0';
}

/* --- the program ---------------------------------------------------------- */

static const char *repair_option(const struct init *init)
{
	const char *fix = init_parameter(init, PARAMETER_FSCKFIX);

	return strcmp(fix, "y") == 0 ? "-y" : strcmp(fix, "n") == 0 ? "-n" : "-a";
}

static _Noreturn void run_fsck(const struct init *init, const struct check *check, int output)
{
	const char *arguments[8];
	unsigned n = 0;

	arguments[n++] = check->program;
	if (check->progress && strncmp(check->type, "ext", 3) == 0)
		arguments[n++] = "-C0"; /* the others have no such option */
	if (is_set(init, PARAMETER_FORCEFSCK))
		arguments[n++] = "-f";
	arguments[n++] = repair_option(init);
	arguments[n++] = check->device;
	arguments[n] = NULL;
	dup2(output, STDOUT_FILENO);
	dup2(output, STDERR_FILENO);
	execv(check->program, (char *const *)arguments);
	dprintf(STDERR_FILENO, "%s: %s\n", check->program, strerror(errno));
	_exit(127);
}

/* --- its output ----------------------------------------------------------- */

static void write_all(int fd, const char *bytes, size_t length)
{
	while (fd >= 0 && length > 0) {
		ssize_t n = write(fd, bytes, length);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return;
		bytes += n;
		length -= (size_t)n;
	}
}

/* e2fsck puts its progress bar between ^A and ^B, so that it can be kept out of logs. */
static void copy_output(int from, int log)
{
	bool progress = false;
	char bytes[1024];
	ssize_t n, i;

	while ((n = read(from, bytes, sizeof bytes)) > 0 || (n < 0 && errno == EINTR)) {
		ssize_t shown = 0, kept = 0;
		char keep[sizeof bytes];

		for (i = 0; i < n; i++) {
			if (bytes[i] == 1 || bytes[i] == 2) {
				progress = bytes[i] == 1;
				continue;
			}
			if (!progress)
				keep[kept++] = bytes[i];
			bytes[shown++] = bytes[i];
		}
		if (shown > 0)
			log_write(bytes, (size_t)shown);
		write_all(log, keep, (size_t)kept);
	}
}

static int open_log(void)
{
	make_directories("/run/initramfs", 0700);
	return open(FSCK_LOG, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0644);
}

/* The program's exit status, 256 + signal, or a negative errno. */
static int run_and_wait(const struct init *init, const struct check *check)
{
	int output[2], status, log;
	pid_t pid;

	if (pipe2(output, O_CLOEXEC) < 0)
		return -errno;
	log = open_log();
	pid = fork();
	if (pid == 0)
		run_fsck(init, check, output[1]);
	close(output[1]);
	if (pid < 0)
		return -errno;
	copy_output(output[0], log);
	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return -errno;
	return WIFSIGNALED(status) ? STATUS_SIGNAL + WTERMSIG(status) : WEXITSTATUS(status);
}

/* --- the check ------------------------------------------------------------ */

static void leave_stamp(const char *name)
{
	char path[128];
	int fd;

	if (strchr(name, '/') != NULL ||
	    snprintf(path, sizeof path, "/run/initramfs/fsck-%s", name) >= (int)sizeof path)
		return;
	fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0644);
	if (fd >= 0)
		close(fd);
}

static int32_t judge(const struct check *check, int status, struct report *report)
{
	if (status < 0)
		return report_say(report, status, "%s could not be started: %s", check->program,
				  strerror(-status));
	if (status >= STATUS_SIGNAL)
		return report_say(report, status, "%s %s was killed by signal %d", check->program,
				  check->device, status - STATUS_SIGNAL);
	if (status == 127) {
		say(SAY_WARNING, "Warning: %s cannot be executed, so skipping check of %s.",
		    check->program, check->name);
		return 0;
	}
	if (status & FSCK_UNCORRECTED)
		return report_say(report, status,
				  "%s %s exited with %d, errors left uncorrected: it needs a "
				  "manual fsck",
				  check->program, check->device, status);
	if (status == FSCK_CANCELLED)
		say(SAY_WARNING, "Warning: File system check was interrupted by user");
	else if (status > FSCK_CORRECTED)
		say(SAY_WARNING,
		    "Warning: File system check failed but did not detect errors (%s %s exited "
		    "with %d)",
		    check->program, check->device, status);
	else
		leave_stamp(check->name);
	return 0;
}

/* Why there is nothing to do, or NULL. */
static const char *reason_to_skip(const struct init *init, const struct check *check)
{
	if (is_set(init, PARAMETER_FASTBOOT))
		return "Fast boot enabled";
	if (*check->type == '\0')
		return "its type is unknown";
	if (strchr(check->type, '/') != NULL ||
	    strlen(check->type) + sizeof "/sbin/fsck." > sizeof check->program)
		return "its type is none";
	return NULL;
}

int32_t work_fsck(struct init *init, const struct effect *effect, struct report *report)
{
	struct check check = {.name = effect->text[2]};
	char device[128];
	const char *skip;

	if (strcmp(effect->text[3], "0") == 0)
		return 0; /* fstab(5): pass 0 is never checked */
	if (strcmp(check.name, "/") == 0)
		check.name = "root";
	if (*check.name == '/')
		check.name++;
	if (!device_path(init, effect->device_number, device, sizeof device))
		return report_say(report, -ENODEV, "the device of %s has no name", check.name);
	check.device = device;
	check.type = device_type_asked(init, effect->text[1], effect->device_number);
	skip = reason_to_skip(init, &check);
	if (skip != NULL) {
		say(SAY_INFO, "Warning: %s, so skipping check of %s file system.", skip,
		    check.name);
		return 0;
	}
	snprintf(check.program, sizeof check.program, "/sbin/fsck.%s", check.type);
	if (access(check.program, X_OK) < 0) {
		say(SAY_DEBUG, "%s is not in the image", check.program);
		return 0;
	}
	check.progress = log_shows(SAY_INFO);
	say(SAY_INFO, "Begin: Will now check %s file system ...", check.name);
	return judge(&check, run_and_wait(init, &check), report);
}
