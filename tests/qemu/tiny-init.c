/* The real init of the tests' root file systems: says on the console what it was handed, then
 * powers the machine off. A case of tests/qemu/cases matches these lines, so every line begins
 * with "tiny: " and holds one fact. Static and without threads, so that the root needs no library.
 *
 *     tiny: begin                        first line, and `tiny: end` the last
 *     tiny: pid 1
 *     tiny: arg 0 /sbin/init             every argument
 *     tiny: env PATH=/sbin:/bin          every variable of the environment
 *     tiny: fd 0 /dev/console            every open descriptor, and what it is
 *     tiny: cwd /
 *     tiny: umask 0022
 *     tiny: sigblocked 0000000000000000  the masks of /proc/self/status, in hexadecimal
 *     tiny: sigignored 0000000000000000
 *     tiny: ctty none                    the controlling terminal, as /proc/self/stat has it
 *     tiny: limit nofile 1024 4096       soft and hard
 *     tiny: root ext4 rw                 what statfs says of /; ramfs and tmpfs are the initramfs
 *     tiny: mount /dev/vda1 / ext4 rw,relatime
 *     tiny: swap /dev/vda2
 *     tiny: process 71 fsck.ext4         user-space processes that outlived the initramfs
 *     tiny: left /init                   files that the initramfs still holds, the first ones
 *     tiny: initramfs ramfs files 0      its type and how many they are
 *     tiny: run 0755 /run/bootgraph      what is in /run, with its mode
 *     tiny: module ext4
 *     tiny: uptime 3.21                  seconds since the kernel started
 *     tiny: trace begin                  then /run/bootgraph/trace as it is, then `trace end`
 *
 * With write_to=PATH it writes a file there, and says `tiny: written PATH`, or why not.
 *
 * With hibernate_to=SWAP among the kernel's parameters it first hibernates the machine to that swap
 * space, and says what it finds when it is back:
 *
 *     tiny: hibernating
 *     tiny: resumed, memory and root as they were
 *
 * Linux only. Sources: proc(5), namespaces(7), statfs(2). */
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <limits.h>
#include <sched.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/swap.h>
#include <sys/vfs.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

extern char **environ;

enum { LEFT_NAMED = 8, FD_MAX = 256 };

static FILE *console;

__attribute__((format(printf, 1, 2))) static void say(const char *format, ...)
{
	va_list arguments;

	fputs("tiny: ", console);
	va_start(arguments, format);
	vfprintf(console, format, arguments);
	va_end(arguments);
	fputc('\n', console);
}

/* Before anything is opened here, so that only descriptors handed over are seen. */
static int note_descriptors(char targets[FD_MAX][PATH_MAX])
{
	int open_count = 0;

	for (int fd = 0; fd < FD_MAX; fd++) {
		char link[32];
		ssize_t length;

		targets[fd][0] = '\0';
		if (fcntl(fd, F_GETFD) < 0)
			continue;
		open_count++;
		snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
		length = readlink(link, targets[fd], PATH_MAX - 1);
		if (length < 0)
			snprintf(targets[fd], PATH_MAX, "unknown: %s", strerror(errno));
		else
			targets[fd][length] = '\0';
	}
	return open_count;
}

/* Calls `line` with every line of a file, without its newline. */
static void each_line(const char *path, void (*line)(const char *))
{
	char text[8192];
	FILE *file = fopen(path, "re");

	if (!file) {
		say("missing %s: %s", path, strerror(errno));
		return;
	}
	while (fgets(text, sizeof(text), file)) {
		text[strcspn(text, "\n")] = '\0';
		line(text);
	}
	fclose(file);
}

static void say_mount(const char *line)
{
	say("mount %s", line);
}

static void say_swap(const char *line)
{
	if (line[0] == '/')
		say("swap %.*s", (int)strcspn(line, " \t"), line);
}

static void say_module(const char *line)
{
	say("module %.*s", (int)strcspn(line, " "), line);
}

static void say_signals(const char *line)
{
	if (!strncmp(line, "SigBlk:\t", 8))
		say("sigblocked %s", line + 8);
	if (!strncmp(line, "SigIgn:\t", 8))
		say("sigignored %s", line + 8);
}

static void say_plain(const char *line)
{
	fprintf(console, "%s\n", line);
}

static void say_terminal(void)
{
	char text[1024];
	int tty = 0;
	FILE *file = fopen("/proc/self/stat", "re");
	char *rest;

	if (!file || !fgets(text, sizeof(text), file)) {
		say("missing /proc/self/stat");
		return;
	}
	fclose(file);
	/* "pid (name) state ppid pgrp session tty_nr ...": the name may hold spaces. */
	rest = strrchr(text, ')');
	if (!rest || sscanf(rest + 1, " %*c %*d %*d %*d %d", &tty) != 1 || !tty)
		say("ctty none");
	else
		say("ctty %d:%d", tty >> 8 & 0xfff, tty & 0xff);
}

static void say_limit(const char *name, int which)
{
	struct rlimit limit;

	if (getrlimit(which, &limit) == 0)
		say("limit %s %lld %lld", name, (long long)limit.rlim_cur,
		    (long long)limit.rlim_max);
}

/* By the magic number of statfs(2). The initramfs itself is one of the first two. */
static const char *fs_name(const struct statfs *fs)
{
	static const struct {
		unsigned long magic;
		const char *name;
	} types[] = {
		{0x858458f6, "ramfs"},	  {0x01021994, "tmpfs"}, {0xef53, "ext4"},
		{0x794c7630, "overlay"},  {0x9123683e, "btrfs"}, {0x58465342, "xfs"},
		{0x73717368, "squashfs"},
	};

	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++)
		if (types[i].magic == ((unsigned long)fs->f_type & 0xffffffff))
			return types[i].name;
	return "other";
}

static void say_root(void)
{
	struct statfs fs;

	if (statfs("/", &fs) < 0)
		say("root unknown: %s", strerror(errno));
	else
		say("root %s %s", fs_name(&fs),
		    access("/", W_OK) < 0 && errno == EROFS ? "ro" : "rw");
}

/* A kernel thread has no executable to link to. */
static void say_processes(void)
{
	DIR *proc = opendir("/proc");
	struct dirent *entry;

	while (proc && (entry = readdir(proc))) {
		char link[64], exe[PATH_MAX], comm[64] = "?";
		int pid = atoi(entry->d_name);
		FILE *file;

		if (pid <= 1)
			continue;
		snprintf(link, sizeof(link), "/proc/%d/exe", pid);
		if (readlink(link, exe, sizeof(exe)) < 0)
			continue;
		snprintf(link, sizeof(link), "/proc/%d/comm", pid);
		file = fopen(link, "re");
		if (file && fgets(comm, sizeof(comm), file))
			comm[strcspn(comm, "\n")] = '\0';
		if (file)
			fclose(file);
		say("process %d %s", pid, comm);
	}
	if (proc)
		closedir(proc);
}

static int files_left;

static int count_left(const char *path, const struct stat *status, int type, struct FTW *walk)
{
	(void)status;
	(void)walk;
	if (type != FTW_D && type != FTW_DP && type != FTW_DNR && files_left++ < LEFT_NAMED)
		say("left %s", path);
	return 0;
}

/* The initramfs lies below the root: in a mount namespace of its own a child takes the root away,
 * enters the namespace afresh, which leads to the lowest mount, and looks at what is there. */
static void say_initramfs(void)
{
	pid_t child;
	int status;

	fflush(console);
	child = fork();
	if (child == 0) {
		struct statfs fs;
		int name_space;

		if (unshare(CLONE_NEWNS) < 0)
			_exit(1);
		name_space = open("/proc/self/ns/mnt", O_RDONLY | O_CLOEXEC);
		if (name_space < 0 || umount2("/", MNT_DETACH) < 0 ||
		    setns(name_space, CLONE_NEWNS) < 0 || statfs("/", &fs) < 0)
			_exit(1);
		nftw("/", count_left, 16, FTW_PHYS | FTW_MOUNT);
		say("initramfs %s files %d", fs_name(&fs), files_left);
		fflush(console);
		_exit(0);
	}
	if (child < 0 || waitpid(child, &status, 0) < 0 || status != 0)
		say("initramfs cannot be looked at");
}

/* udev's database alone would fill the console. */
static int say_run(const char *path, const struct stat *status, int type, struct FTW *walk)
{
	(void)type;
	if (walk->level <= 1 || !strncmp(path, "/run/bootgraph/", 15) ||
	    !strncmp(path, "/run/initramfs/", 15))
		say("run %04o %s", status->st_mode & 07777, path);
	return 0;
}

static void say_uptime(void)
{
	struct timespec now;

	clock_gettime(CLOCK_BOOTTIME, &now);
	say("uptime %lld.%03ld", (long long)now.tv_sec, now.tv_nsec / 1000000);
}

static bool write_text(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	bool done = fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text);

	if (!done)
		say("%s: %s", path, strerror(errno));
	if (fd >= 0)
		close(fd);
	return done;
}

static void write_file(const char *path)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);

	if (fd < 0 || write(fd, path, strlen(path)) < 0 || fsync(fd) < 0)
		say("%s: %s", path, strerror(errno));
	else
		say("written %s", path);
	if (fd >= 0)
		close(fd);
}

/* Numbers that depend on those before: an xorshift generator. */
static void fill(uint32_t *memory, size_t count)
{
	uint32_t state = 2463534242;

	for (size_t i = 0; i < count; i++) {
		state ^= state << 13;
		state ^= state >> 17;
		state ^= state << 5;
		memory[i] = state;
	}
}

/* The file is written before and read after, when the cache has been told to forget it. */
static bool root_is_as_it_was(const uint32_t *expected, size_t size)
{
	uint32_t *found = malloc(size);
	int fd = open("/kept", O_RDONLY | O_CLOEXEC);
	bool same;

	write_text("/proc/sys/vm/drop_caches", "3");
	same = found && fd >= 0 && read(fd, found, size) == (ssize_t)size &&
	       memcmp(found, expected, size) == 0;
	if (fd >= 0)
		close(fd);
	free(found);
	return same;
}

static void hibernate(const char *swap)
{
	enum { COUNT = 1 << 18 };
	size_t size = COUNT * sizeof(uint32_t);
	uint32_t *memory = malloc(size), *again = malloc(size);
	int fd;

	if (!memory || !again || swapon(swap, 0) < 0) {
		say("no swap on %s: %s", swap, strerror(errno));
		return;
	}
	fill(memory, COUNT);
	fd = open("/kept", O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	if (fd < 0 || write(fd, memory, size) != (ssize_t)size)
		say("/kept: %s", strerror(errno));
	close(fd);
	say("hibernating");
	fflush(console);
	/* Without the firmware's help: the next boot is an ordinary one, as after a power cut. */
	if (!write_text("/sys/power/disk", "shutdown") || !write_text("/sys/power/state", "disk"))
		return;
	fill(again, COUNT);
	if (memcmp(memory, again, size) == 0 && root_is_as_it_was(again, size))
		say("resumed, memory and root as they were");
	else
		say("resumed, but not as it was");
	swapoff(swap);
}

static void open_console(int handed_over)
{
	int fd = open("/dev/console", O_WRONLY | O_NOCTTY | O_CLOEXEC);

	console = fd < 0 ? NULL : fdopen(fd, "w");
	if (!console)
		console = stdout;
	/* Says through descriptor 1 that it works, where there is one. */
	if (handed_over > 0 && write(1, "tiny: stdout works\n", 19) != 19)
		say("stdout broken: %s", strerror(errno));
}

int main(int argc, char **argv)
{
	static char targets[FD_MAX][PATH_MAX];
	int descriptors = note_descriptors(targets);
	mode_t mask = umask(022);
	char cwd[PATH_MAX] = "unknown";

	open_console(descriptors);
	say("begin");
	say_uptime();
	if (getenv("write_to"))
		write_file(getenv("write_to"));
	if (getenv("hibernate_to"))
		hibernate(getenv("hibernate_to"));
	say("pid %d", (int)getpid());
	for (int i = 0; i < argc; i++)
		say("arg %d %s", i, argv[i]);
	for (char **variable = environ; *variable; variable++)
		say("env %s", *variable);
	for (int fd = 0; fd < FD_MAX; fd++)
		if (targets[fd][0])
			say("fd %d %s", fd, targets[fd]);
	say("cwd %s", getcwd(cwd, sizeof(cwd)) ? cwd : "unreachable");
	say("umask %04o", (unsigned)mask);
	each_line("/proc/self/status", say_signals);
	say_terminal();
	say_limit("nofile", RLIMIT_NOFILE);
	say_limit("core", RLIMIT_CORE);
	say_root();
	each_line("/proc/self/mounts", say_mount);
	each_line("/proc/swaps", say_swap);
	each_line("/proc/modules", say_module);
	say_processes();
	say_initramfs();
	nftw("/run", say_run, 16, FTW_PHYS);
	if (access("/run/bootgraph/trace", R_OK) == 0) {
		say("trace begin");
		each_line("/run/bootgraph/trace", say_plain);
		say("trace end");
	}
	say("end");
	fflush(console);
	sync();
	reboot(RB_POWER_OFF);
	return 1;
}
