#include "resume.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <time.h>
#include <unistd.h>

#define JOURNAL "/run/bootgraph/resume"

enum { JOURNAL_MAX = 1 << 20, SENTENCE_MAX = 600 };

/* --- the log -------------------------------------------------------------- */

static void to_kernel_log(int priority, const char *sentence)
{
	int fd = open("/dev/kmsg", O_WRONLY | O_CLOEXEC | O_NOCTTY);

	if (fd < 0)
		return;
	dprintf(fd, "<%d>bootgraph-resume: %s\n", priority | LOG_DAEMON, sentence);
	close(fd);
}

/* systemd takes standard error, with the priority in front of each line (sd-daemon(3)). */
static void say(int priority, const char *sentence)
{
	if (getenv("JOURNAL_STREAM") != NULL) {
		fprintf(stderr, "<%d>%s\n", priority, sentence);
		return;
	}
	fprintf(stderr, "bootgraph-resume: %s\n", sentence);
	to_kernel_log(priority, sentence);
}

void journal_say(int priority, const char *format, ...)
{
	char sentence[SENTENCE_MAX];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(sentence, sizeof sentence, format, arguments);
	va_end(arguments);
	say(priority, sentence);
}

/* --- the file ------------------------------------------------------------- */

bool journal_open(struct resume *resume, bool *ret_new)
{
	int fd = open(JOURNAL, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0644);

	if (fd >= 0 && flock(fd, LOCK_EX | LOCK_NB) < 0 && errno == EWOULDBLOCK) {
		journal_say(LOG_ERR, "another bootgraph-resume is at work");
		close(fd);
		return false;
	}
	resume->journal = fd >= 0 ? fdopen(fd, "a") : NULL;
	if (resume->journal == NULL) {
		journal_say(LOG_ERR, "%s: %s", JOURNAL, strerror(errno));
		if (fd >= 0)
			close(fd);
		return false;
	}
	fseek(resume->journal, 0, SEEK_END);
	*ret_new = ftell(resume->journal) == 0;
	if (*ret_new)
		fputs("bootgraph-resume 1\n", resume->journal);
	fflush(resume->journal); /* a failure is said with the first event */
	return true;
}

static uint32_t since_start_of_machine(void)
{
	struct timespec now;

	clock_gettime(CLOCK_BOOTTIME, &now);
	return (uint32_t)(now.tv_sec * 1000 + now.tv_nsec / 1000000);
}

/* Something that flaps for weeks is not to fill /run. */
static bool has_room(FILE *journal)
{
	long length = ftell(journal);

	return length >= 0 && length < JOURNAL_MAX;
}

void journal_event(struct resume *resume, int priority, const char *word, const char *subject,
		   const char *format, ...)
{
	FILE *journal = resume->journal;
	char sentence[SENTENCE_MAX];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(sentence, sizeof sentence, format, arguments);
	va_end(arguments);
	say(priority, sentence);
	if (!has_room(journal))
		return;
	field_write_time(journal, since_start_of_machine());
	fprintf(journal, " %s ", word);
	field_write(journal, subject);
	fputc(' ', journal);
	field_write(journal, sentence);
	fputc('\n', journal);
	if (!has_room(journal)) {
		field_write_time(journal, since_start_of_machine());
		fputs(" truncated - Nothing\\x20further\\x20is\\x20written\\x20down.\n", journal);
	}
	if (fflush(journal) != 0)
		journal_say(LOG_WARNING, "%s: %s", JOURNAL, strerror(errno));
}
