/* The real init of the bench: says when it was reached, then powers off.
 *
 * Its first act is to read the clocks, so that nothing it does itself is counted. What it prints is
 * lines of "bench: KEY VALUE" on the console:
 *
 *   reached.monotonic  CLOCK_MONOTONIC at the first act, ns (clock_gettime(2))
 *   reached.boottime   CLOCK_BOOTTIME, ns
 *   reached.log        the same instant on the clock of the kernel log, ns
 *   started.log        the log's stamp of "Run /init as init process", ns
 *   processes          processes and kernel threads made since boot (last pid of /proc/loadavg)
 *   modules            modules loaded (lines of /proc/modules)
 *   pid1.kilobytes     what process 1 had resident at most, before it became this (ru_maxrss of
 *                      getrusage(2), which an exec does not reset; this program has less than any)
 *   step NS LABEL      every line of /run/floor.trace, if there is one (bench/floor/init.c)
 *
 * The log's clock (local_clock) and CLOCK_MONOTONIC start at different moments of the kernel's own
 * start. A record written here and stamped by the kernel gives the offset between the two.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#define MARKER "bench: clocks meet here"

static _Noreturn void power_off(void)
{
	sync();
	reboot(RB_POWER_OFF);
	for (;;)
		pause();
}

static _Noreturn void fail(const char *what)
{
	printf("bench: error %s: %s\n", what, strerror(errno));
	fflush(stdout);
	power_off();
}

static int64_t now(clockid_t clock)
{
	struct timespec t;

	if (clock_gettime(clock, &t) < 0)
		fail("clock_gettime");
	return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

/* An initramfs hands /dev and /proc over, but one that does not must still be measured. */
static void need(const char *file, const char *type, const char *directory)
{
	if (access(file, F_OK) == 0)
		return;
	if (mount(type, directory, type, 0, NULL) < 0)
		fail(directory);
}

/* A record of /dev/kmsg is "PRIORITY,SEQUENCE,MICROSECONDS,FLAGS[,...];TEXT\n" (kernel:
 * Documentation/ABI/testing/dev-kmsg). */
static bool parse_record(char *record, int64_t *stamp, const char **text)
{
	unsigned long long microseconds;
	char *body = strchr(record, ';');

	if (!body || sscanf(record, "%*u,%*u,%llu", &microseconds) != 1)
		return false;
	body[strcspn(body, "\n")] = '\0';
	*stamp = (int64_t)microseconds * 1000;
	*text = body + 1;
	return true;
}

/* Reads the whole log for the two stamps. */
static void read_log(int log, int64_t *started, int64_t *marker)
{
	static const char run_init[] = "Run /init as init process";
	char record[8192];
	const char *text;
	int64_t stamp;

	*started = *marker = -1;
	for (;;) {
		ssize_t n = read(log, record, sizeof record - 1);

		if (n < 0 && errno == EAGAIN)
			return;
		if (n < 0 && errno == EPIPE) /* overwritten meanwhile: go on with the next */
			continue;
		if (n < 0)
			fail("reading /dev/kmsg");
		record[n] = '\0';
		if (!parse_record(record, &stamp, &text))
			continue;
		if (strcmp(text, run_init) == 0)
			*started = stamp;
		else if (strcmp(text, MARKER) == 0)
			*marker = stamp;
	}
}

static unsigned long last_pid(void)
{
	unsigned long pid;
	FILE *f = fopen("/proc/loadavg", "re");

	if (!f || fscanf(f, "%*f %*f %*f %*s %lu", &pid) != 1)
		fail("/proc/loadavg");
	fclose(f);
	return pid;
}

/* A kernel where nothing was loaded has an empty file. */
static unsigned count_modules(void)
{
	unsigned lines = 0;
	int c;
	FILE *f = fopen("/proc/modules", "re");

	if (!f)
		fail("/proc/modules");
	while ((c = getc(f)) != EOF)
		lines += c == '\n';
	fclose(f);
	return lines;
}

static void print_steps(void)
{
	char line[128];
	FILE *f = fopen("/run/floor.trace", "re");

	if (!f && errno == ENOENT)
		return;
	if (!f)
		fail("/run/floor.trace");
	while (fgets(line, sizeof line, f))
		printf("bench: step %s", line);
	fclose(f);
}

int main(void)
{
	int64_t reached = now(CLOCK_MONOTONIC);
	int64_t boottime = now(CLOCK_BOOTTIME);
	int64_t written, started, marker;
	struct rusage usage;
	int log;

	if (getrusage(RUSAGE_SELF, &usage) < 0)
		fail("getrusage");

	need("/dev/kmsg", "devtmpfs", "/dev");
	need("/proc/loadavg", "proc", "/proc");
	unsigned long processes = last_pid();

	log = open("/dev/kmsg", O_RDWR | O_NONBLOCK | O_CLOEXEC);
	if (log < 0)
		fail("/dev/kmsg");
	written = now(CLOCK_MONOTONIC);
	/* Without its newline a record could still be continued, and is not shown to readers. */
	if (write(log, MARKER "\n", sizeof MARKER) < 0)
		fail("writing /dev/kmsg");
	read_log(log, &started, &marker);
	if (started < 0 || marker < 0) {
		errno = ENODATA;
		fail("the kernel log lacks the start of /init or the marker");
	}
	printf("bench: reached.monotonic %lld\n", (long long)reached);
	printf("bench: reached.boottime %lld\n", (long long)boottime);
	printf("bench: reached.log %lld\n", (long long)(marker - (written - reached)));
	printf("bench: started.log %lld\n", (long long)started);
	printf("bench: processes %lu\n", processes);
	printf("bench: modules %u\n", count_modules());
	printf("bench: pid1.kilobytes %ld\n", usage.ru_maxrss);
	print_steps();
	printf("bench: end\n");
	fflush(stdout);
	power_off();
}
