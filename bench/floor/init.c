/* The floor: the least that a hand-written init can do for a root on a known bus.
 *
 * It does what an initramfs-tools image does for this machine, in the same order, and nothing that
 * depends on knowing more than a configuration could tell: mounts, modules from /modules (one path
 * a line, dependencies first), commands that bring the root's device up (steps.c), the root by
 * root=UUID= or by its path, fsck, mount, empty the rootfs, switch, exec.
 * There is no rescue: what fails is said and ends in the kernel's panic.
 *
 * The variants under measurement are words of the kernel command line:
 *
 *   floor.load=self|child|each   finit_module in PID 1, in one child for all, in a child for each
 *   floor.async=1                async_probe for every module that drives a device
 *   floor.fsck=none|direct|wrapper|logsave|shell
 *                                fsck.ext4 itself, by fsck(8), by logsave(8) and fsck(8) as
 *                                initramfs-tools has it, the same from a busybox shell
 *   floor.keep=1                 leave the files in the rootfs
 *   floor.trace=1                write when each step ended to /run/floor.trace, before the exec
 */
#define _GNU_SOURCE
#include "floor.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/netlink.h>
#include <poll.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static char command_line[4096];

/* ---- failing and tracing ---- */

_Noreturn void die(const char *what)
{
	dprintf(STDERR_FILENO, "floor: %s: %s\n", what, strerror(errno));
	_exit(1);
}

static struct {
	char label[56];
	int64_t at;
} marks[64];
static unsigned mark_count;

/* Only kept here: printing now would be part of what is measured. */
void mark(const char *format, ...)
{
	struct timespec t;
	va_list arguments;

	if (mark_count == sizeof marks / sizeof *marks)
		return;
	clock_gettime(CLOCK_MONOTONIC, &t);
	marks[mark_count].at = (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
	va_start(arguments, format);
	vsnprintf(marks[mark_count].label, sizeof marks->label, format, arguments);
	va_end(arguments);
	mark_count++;
}

/* In /run, which the real init inherits. */
static void write_marks(void)
{
	FILE *f = fopen("/run/floor.trace", "we");

	if (!f)
		die("/run/floor.trace");
	for (unsigned i = 0; i < mark_count; i++)
		fprintf(f, "%lld %s\n", (long long)marks[i].at, marks[i].label);
	if (fclose(f) != 0)
		die("/run/floor.trace");
}

/* ---- the kernel command line ---- */

/* The value of "KEY=", or NULL. Words are separated by spaces; the last one wins. */
static const char *word(const char *key, char *value, size_t size)
{
	size_t length = strlen(key);
	const char *found = NULL;

	for (const char *p = command_line; *p; p += strcspn(p, " \n")) {
		p += strspn(p, " \n");
		if (strncmp(p, key, length) == 0 && p[length] == '=')
			found = p + length + 1;
	}
	if (!found)
		return NULL;
	snprintf(value, size, "%.*s", (int)strcspn(found, " \n"), found);
	return value;
}

static bool word_is(const char *key, const char *wanted)
{
	char value[64];

	return word(key, value, sizeof value) && strcmp(value, wanted) == 0;
}

static void read_command_line(void)
{
	int fd = open("/proc/cmdline", O_RDONLY | O_CLOEXEC);

	if (fd < 0 || read(fd, command_line, sizeof command_line - 1) < 0)
		die("/proc/cmdline");
	close(fd);
}

/* ---- the early file systems ---- */

static void mount_early(void)
{
	static const struct {
		const char *type, *at, *options;
		unsigned long flags;
	} table[] = {
		{"proc", "/proc", NULL, MS_NODEV | MS_NOEXEC | MS_NOSUID},
		{"sysfs", "/sys", NULL, MS_NODEV | MS_NOEXEC | MS_NOSUID},
		{"devtmpfs", "/dev", "mode=0755", MS_NOSUID},
		{"tmpfs", "/run", "mode=0755,size=10%", MS_NODEV | MS_NOSUID},
	};

	for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
		mkdir(table[i].at, 0755);
		if (mount(table[i].type, table[i].at, table[i].type, table[i].flags,
			  table[i].options) < 0)
			die(table[i].at);
	}
	mkdir("/root", 0700);
	mkdir("/run/initramfs", 0700); /* the log of fsck */
}

/* ---- modules ---- */

static void load_one(const char *path, bool async)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	/* The parameter is the module loader's own; modules that register no driver ignore it. */
	if (fd < 0 || syscall(SYS_finit_module, fd, async ? "async_probe" : "", 0) < 0)
		die(path);
	close(fd);
	mark("module %s", strrchr(path, '/') + 1);
}

void wait_for(pid_t child, const char *what, int worst)
{
	int status;

	if (child < 0 || waitpid(child, &status, 0) != child)
		die(what);
	if (!WIFEXITED(status) || WEXITSTATUS(status) > worst) {
		errno = ECHILD;
		die(what);
	}
}

static void load_all(char *list, bool in_children, bool async)
{
	for (char *path = strtok(list, "\n"); path; path = strtok(NULL, "\n")) {
		pid_t child = in_children ? fork() : -1;

		if (!in_children) {
			load_one(path, async);
			continue;
		}
		if (child == 0) {
			load_one(path, async);
			_exit(0);
		}
		wait_for(child, path, 0);
		mark("module %s", strrchr(path, '/') + 1);
	}
}

static void load_modules(void)
{
	static char list[8192];
	bool async = word_is("floor.async", "1");
	int fd = open("/modules", O_RDONLY | O_CLOEXEC);
	pid_t child;

	if (fd < 0 || read(fd, list, sizeof list - 1) < 0)
		die("/modules");
	close(fd);
	if (!word_is("floor.load", "child")) {
		load_all(list, word_is("floor.load", "each"), async);
		return;
	}
	child = fork();
	if (child == 0) {
		load_all(list, false, async);
		_exit(0);
	}
	wait_for(child, "loader", 0);
	mark("modules, all in one child");
}

/* ---- the root device ---- */

/* Opened before the first module is loaded: a device then is either in sysfs already when that is
 * read, or its uevent is still to come (kernel: Documentation/core-api/kobject.rst). */
static int open_uevents(void)
{
	struct sockaddr_nl address = {.nl_family = AF_NETLINK, .nl_groups = 1};
	int fd = socket(AF_NETLINK, SOCK_DGRAM | SOCK_CLOEXEC, NETLINK_KOBJECT_UEVENT);

	if (fd < 0 || bind(fd, (struct sockaddr *)&address, sizeof address) < 0)
		die("uevent socket");
	return fd;
}

static void parse_uuid(const char *p, uint8_t uuid[16])
{
	for (int i = 0; i < 16; i++) {
		unsigned byte;

		p += *p == '-';
		if (sscanf(p, "%2x", &byte) != 1) {
			errno = EINVAL;
			die("root=UUID=");
		}
		uuid[i] = (uint8_t)byte;
		p += 2;
	}
}

static const char *scan_block_devices(const uint8_t uuid[16], char *node, size_t size)
{
	DIR *directory = opendir("/sys/class/block");
	const char *type = NULL;

	if (!directory) /* no block device driver yet */
		return NULL;
	for (struct dirent *e; !type && (e = readdir(directory));) {
		if (e->d_name[0] == '.')
			continue;
		snprintf(node, size, "/dev/%s", e->d_name);
		type = type_with_uuid(node, uuid);
	}
	closedir(directory);
	return type;
}

/* The file system's type, and its device in `node`. One that is named by a path was made by a step.
 */
static const char *find_root(int uevents, char *node, size_t size)
{
	struct pollfd wait = {.fd = uevents, .events = POLLIN};
	char message[4096], text[256];
	const char *root = word("root", text, sizeof text), *type;
	uint8_t uuid[16];

	if (root && strncmp(root, "/dev/", 5) == 0) {
		snprintf(node, size, "%s", root);
		return "ext4";
	}
	if (!root || strncmp(root, "UUID=", 5) != 0) {
		errno = EINVAL;
		die("root= is neither UUID= nor a path");
	}
	parse_uuid(root + 5, uuid);
	while (!(type = scan_block_devices(uuid, node, size))) {
		if (poll(&wait, 1, -1) < 0)
			die("poll");
		while (recv(uevents, message, sizeof message, MSG_DONTWAIT) > 0)
			;
	}
	return type;
}

/* ---- fsck ---- */

pid_t spawn(char **command)
{
	pid_t child = vfork();

	if (child == 0) {
		execv(command[0], command);
		_exit(127);
	}
	return child;
}

/* The flags are those of initramfs-tools' checkfs with "quiet". */
static void check(char *node, const char *type)
{
	static char log[] = "/run/initramfs/fsck.log", shell[512];
	char *direct[] = {"/sbin/fsck.ext4", "-a", "-C0", node, NULL};
	char *logsave[] = {"/sbin/logsave", "-a", "-s", log, "/sbin/fsck", "-C", "-a", "-T", "-t",
			   "ext4",	    node, NULL};
	char *in_shell[] = {"/bin/busybox", "sh", "-c", shell, NULL};
	char **command = direct;

	if (word_is("floor.fsck", "none") || strcmp(type, "ext4") != 0)
		return; /* fsck.btrfs does nothing: fsck.btrfs(8) */
	if (word_is("floor.fsck", "wrapper"))
		command = logsave + 4;
	if (word_is("floor.fsck", "logsave"))
		command = logsave;
	if (word_is("floor.fsck", "shell")) {
		snprintf(shell, sizeof shell,
			 "/sbin/logsave -a -s %s /sbin/fsck -C -a -T -t ext4 %s; exit $?", log,
			 node);
		command = in_shell;
	}
	wait_for(spawn(command), command[0], 1); /* "errors corrected": fsck(8) */
	mark("fsck");
}

/* ---- handing over ---- */

/* Empties a directory of the rootfs. Never leaves the device it started on: what is mounted over
 * the rootfs is not to be touched. */
static void empty_directory(int fd, dev_t device)
{
	DIR *directory = fdopendir(fd);
	struct stat status;

	if (!directory)
		die("emptying the rootfs");
	for (struct dirent *e; (e = readdir(directory));) {
		if (strcmp(e->d_name, ".") == 0 || strcmp(e->d_name, "..") == 0)
			continue;
		if (e->d_type == DT_DIR) {
			int child = openat(fd, e->d_name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW);

			if (child < 0 || fstat(child, &status) < 0)
				die(e->d_name);
			if (status.st_dev != device) {
				close(child);
				continue;
			}
			empty_directory(child, device);
		}
		/* A directory where something is mounted stays: EBUSY. */
		if (unlinkat(fd, e->d_name, e->d_type == DT_DIR ? AT_REMOVEDIR : 0) < 0 &&
		    errno != EBUSY)
			die(e->d_name);
	}
	closedir(directory);
}

/* As switch_root(8): the mounts move, the rootfs is emptied, the new root moves over it. */
static void switch_root(void)
{
	static const char *const moved[] = {"/dev", "/proc", "/sys", "/run"};
	struct stat status;
	char target[16];
	int rootfs;

	for (size_t i = 0; i < sizeof moved / sizeof *moved; i++) {
		snprintf(target, sizeof target, "/root%s", moved[i]);
		if (mount(moved[i], target, NULL, MS_MOVE, NULL) < 0)
			die(target);
	}
	rootfs = open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (rootfs < 0 || fstat(rootfs, &status) < 0)
		die("/");
	if (!word_is("floor.keep", "1"))
		empty_directory(rootfs, status.st_dev);
	mark("rootfs emptied");
	if (chdir("/root") < 0 || mount(".", "/", NULL, MS_MOVE, NULL) < 0 || chroot(".") < 0)
		die("switching to the real root");
}

static void use_console(void)
{
	int fd = open("/dev/console", O_RDWR);

	if (fd < 0)
		die("/dev/console");
	for (int target = 0; target <= 2; target++)
		dup2(fd, target);
	if (fd > 2)
		close(fd);
}

int main(void)
{
	char node[280], *arguments[] = {"/sbin/init", NULL};
	const char *type;
	int uevents;

	mark("start");
	mount_early();
	read_command_line();
	uevents = open_uevents();
	mark("early mounts");
	load_modules();
	run_steps();
	type = find_root(uevents, node, sizeof node);
	close(uevents);
	mark("root found: %.40s", node);
	check(node, type);
	if (mount(node, "/root", type, MS_RDONLY, NULL) < 0)
		die("mounting the root");
	mark("root mounted");
	switch_root();
	use_console();
	mark("switched");
	if (word_is("floor.trace", "1"))
		write_marks();
	execv(arguments[0], arguments);
	die(arguments[0]);
}
