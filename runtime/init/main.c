/* /init: from the kernel to the real init. A straight line; the loop is in loop.c. */
#include "breakpoint.h"
#include "coverage.h"
#include "evaluation.h"
#include "fallback.h"
#include "image.h"
#include "init.h"
#include "log.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

enum { REASON_MAX = 512 };

/* Opens a device as the descriptors 0 to 2; if the image has no node, one is made for as long as it
 * takes. */
static void open_all(const char *path, unsigned major, unsigned minor)
{
	bool made = mknod(path, S_IFCHR | 0600, makedev(major, minor)) == 0;
	int fd;

	do
		fd = open(path, O_RDWR | O_NOCTTY);
	while (fd >= 0 && fd < STDERR_FILENO);
	log_open();
	if (made)
		unlink(path);
}

/* The kernel opens /dev/console for PID 1 if the image has it. A machine without any console gets
 * /dev/null: otherwise the next files to be opened would have these numbers, and be written to. */
static void open_stdio(void)
{
	if (fcntl(STDERR_FILENO, F_GETFD) >= 0)
		return;
	mkdir("/dev", 0755);
	open_all("/dev/console", 5, 1);
	if (fcntl(STDERR_FILENO, F_GETFD) < 0)
		open_all("/dev/null", 1, 3);
}

static int block_signals(void)
{
	sigset_t all;

	sigfillset(&all);
	sigdelset(&all, SIGSEGV);
	sigdelset(&all, SIGBUS);
	sigdelset(&all, SIGILL);
	sigdelset(&all, SIGFPE);
	sigdelset(&all, SIGABRT);
	sigprocmask(SIG_SETMASK, &all, NULL);
	return signalfd(-1, &all, SFD_CLOEXEC | SFD_NONBLOCK);
}

/* A word NAME=value that the kernel does not know comes as a variable. */
static const char *variable(char **envp, const char *name)
{
	size_t length = strlen(name);

	for (; *envp != NULL; envp++)
		if (strncmp(*envp, name, length) == 0 && (*envp)[length] == '=')
			return *envp + length + 1;
	return NULL;
}

static bool is_off(const char *value)
{
	return value != NULL && strcmp(value, "off") == 0;
}

static void add_words(char *text, size_t room, char **word)
{
	for (; *word != NULL; word++) {
		size_t length = strlen(text);

		if (length + strlen(*word) + 2 <= room)
			snprintf(text + length, room - length, "%s ", *word);
	}
}

/* The command line; without /proc, as much of it as came in arguments and environment. */
static void read_command_line(struct init *init)
{
	char *text = init->command_line;
	int fd;

	fd = open("/proc/cmdline", O_RDONLY | O_CLOEXEC);
	if (fd < 0) {
		mkdir("/proc", 0755);
		mount("proc", "/proc", "proc", MS_NODEV | MS_NOEXEC | MS_NOSUID, NULL);
		fd = open("/proc/cmdline", O_RDONLY | O_CLOEXEC);
	}
	if (fd >= 0) {
		ssize_t n = read(fd, text, sizeof init->command_line - 1);

		text[n > 0 ? n : 0] = '\0';
		close(fd);
		return;
	}
	add_words(text, sizeof init->command_line, init->argv + 1);
	add_words(text, sizeof init->command_line, init->envp);
}

/* --- without a blob ------------------------------------------------------- */

/* Hands over to the distribution's own init; without one, a shell. Returns when that was left. */
static void fall_back(struct init *init, const char *reason)
{
	say(SAY_ERROR, "bootgraph: %s", reason);
	fallback_execute(init->argv, init->envp);
	if (init->command_line[0] == '\0')
		read_command_line(init);
	boot_read_command_line(&init->boot, NULL, init->command_line);
	mkdir("/dev", 0755);
	mkdir("/sys", 0755);
	mount("devtmpfs", "/dev", "devtmpfs", MS_NOSUID, "mode=0755");
	mount("sysfs", "/sys", "sysfs", MS_NODEV | MS_NOEXEC | MS_NOSUID, NULL);
	log_open();
	rescue_open(init, reason);
	loop_run(init);
	init->rescue = (struct rescue){.begun = init->rescue.begun};
}

/* What scripts/$BOOT mounts is no graph: it is sourced by the distribution's init, which calls what
 * it defines. root=/dev/nfs means nfs if nothing else is said (initramfs-tools 0.142, init). */
static void leave_to_boot_script(struct init *init)
{
	const char *boot = init_parameter(init, PARAMETER_BOOT);
	char reason[REASON_MAX];

	if (*boot == '\0' && strcmp(init_parameter(init, PARAMETER_ROOT), "/dev/nfs") == 0)
		boot = "nfs";
	if (*boot == '\0' || strcmp(boot, "local") == 0)
		return;
	snprintf(reason, sizeof reason,
		 "boot=%.64s is done by a script, so the distribution's own init takes over", boot);
	if (fallback_exists())
		fall_back(init, reason);
	else
		say(SAY_WARNING,
		    "bootgraph: boot=%.64s is done by a script, and this image has no init that "
		    "would call it",
		    boot);
}

/* --- with one ------------------------------------------------------------- */

static bool start_machine(struct init *init)
{
	void *state = malloc(init->blob.header.state_size);
	int r;

	if (state == NULL || !init_make_room_for_ends(&init->ends)) {
		free(state);
		return false;
	}
	log_set_level(&init->boot);
	tracefile_begin(&init->trace, init_parameter(init, PARAMETER_TRACE)[0] != '\0');
	init->breakpoints = breakpoints_read(init_parameter(init, PARAMETER_BREAK));
	notes_begin(&init->notes, init->blob.section[SECTION_nodes].count);
	children_begin(init);
	modules_begin(&init->modules, MODULE_PLAN);
	r = holds_begin(&init->holds);
	if (r < 0)
		say(SAY_WARNING, "bootgraph: nobody can hold the clock: %s", strerror(-r));
	say(SAY_INFO, "Loading, please wait...");
	machine_init(&init->machine, &init->blob, &init->boot, &linux_port, init, state);
	init->started = true;
	environment_begin(init);
	return true;
}

int main(int argc, char **argv, char **envp)
{
	static struct init init;
	char reason[REASON_MAX];

	if (argc == 2 && strcmp(argv[1], "--environment") == 0)
		return evaluation_print_environment(); /* evaluate.sh */
	if (argc < 1 || getpid() != 1) {
		fprintf(stderr, "bootgraph-init is the /init of an initramfs, and process 1\n");
		return 2;
	}
	init_now();
	init.argv = argv;
	init.envp = envp;
	init.uevents.fd = -1;
	udev_begin(&init.udev);
	init.trace.fd = -1;
	init.coldplug.node = NONE;
	prompts_begin(&init.prompts);
	init.holds.poll = -1;

	/* What makes a failure of PID 1 itself harmless, before anything can fail. */
	fallback_guard(argv, envp);
	open_stdio();
	init.signals = block_signals();
	log_open();
	umask(022);

	/* Is the machine to run at all? Nothing is mounted before the answer. */
	if (is_off(variable(envp, "bootgraph")))
		fall_back(&init, "switched off on the kernel command line");
	if (variable(envp, CRASH_VARIABLE) != NULL)
		fall_back(&init, "PID 1 has crashed before");
	while (!image_load_blob(BLOB_PATH, &init.blob, reason, sizeof reason))
		fall_back(&init, reason);

	/* What is asked of it. */
	read_command_line(&init);
	if (!boot_read_command_line(&init.boot, &init.blob, init.command_line))
		say(SAY_WARNING, "bootgraph: the end of the kernel command line is not read");
	coverage_check_cryptopts(&init);
	if (is_off(init_parameter(&init, PARAMETER_BOOTGRAPH)))
		fall_back(&init, "switched off on the kernel command line");

	leave_to_boot_script(&init);

	/* From here on everything happens because of an event. */
	setenv("PATH", "/sbin:/usr/sbin:/bin:/usr/bin", 1);
	while (!start_machine(&init))
		fall_back(&init, "there is no memory for the machine's state");
	init_tell(&init, &(struct event){.kind = EVENT_START});
	loop_run(&init);
	rescue_stop(&init, "the loop has ended");
}
