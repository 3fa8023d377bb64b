#include "rescue_story.h"
#include "init.h"
#include "log.h"
#include "../story/firmware.h"
#include "../story/story.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum {
	CHILD_SECONDS = 10, /* for the child: SetVariable takes milliseconds */
	WAIT_STEP = 20,	    /* milliseconds */
	KEPT_MAX = 8,	    /* in one boot: the firmware's memory wears out */
};

/* The console shows the report by now, and a prompt. */
static void remark(const char *format, ...) __attribute__((format(printf, 1, 2)));

static void remark(const char *format, ...)
{
	char line[256];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(line, sizeof line, format, arguments);
	va_end(arguments);
	log_keep(line, strlen(line));
}

/* --- putting it down ------------------------------------------------------ */

static void read_boot_id(char id[64])
{
	int fd = open("/proc/sys/kernel/random/boot_id", O_RDONLY | O_CLOEXEC);
	ssize_t n = fd >= 0 ? read(fd, id, 63) : 0;

	if (fd >= 0)
		close(fd);
	id[n > 0 ? n : 0] = '\0';
	id[strcspn(id, "\n")] = '\0';
}

/* "  a needs b\n  b failed\n": cut into its lines. */
static void read_path(struct story *story, char *path)
{
	while (*path != '\0') {
		char *line = path + strspn(path, " "), *end = line + strcspn(line, "\n");

		path = end + (*end == '\n');
		*end = '\0';
		if (story->path_count < STORY_PATH_MAX)
			story->path[story->path_count++] = line;
		else
			story->cut = true;
	}
}

/* --- in the child --------------------------------------------------------- */

/* efivarfs is a module of most kernels; without it the mount will say so. */
static void load_module(struct init *init)
{
	unsigned module = modules_find(&init->modules, "efivarfs");
	struct report report = {0};

	if (module != MODULE_NONE && !modules_is_loaded(&init->modules, module) &&
	    modules_load(&init->modules, &init->boot, module, "", &report) != 0)
		remark("bootgraph: %s", report.text);
}

static int keep(const char *text, size_t length)
{
	char before[2 * STORY_MAX];
	int variables = firmware_open(), r;

	if (variables < 0)
		return variables;
	if (firmware_read(variables, before, sizeof before) > 0 && story_tale(before) != NULL &&
	    strcmp(story_tale(before), story_tale(text)) == 0)
		r = 0; /* a machine that reboots by itself would write it all night */
	else
		r = firmware_write(variables, text, length);
	close(variables);
	return r;
}

static _Noreturn void be_keeper(struct init *init, const char *text, size_t length)
{
	int r;

	alarm(CHILD_SECONDS);
	load_module(init);
	r = keep(text, length);
	if (r == 0)
		remark("bootgraph: the report is kept in the firmware for a later boot");
	else
		remark("bootgraph: the report is not kept in the firmware: %s", strerror(-r));
	_exit(0);
}

/* --- in PID 1 ------------------------------------------------------------- */

void rescue_story_keep(struct init *init, const char *sentence, const char *path)
{
	struct rescue *rescue = &init->rescue;
	char text[STORY_MAX], boot[64], lines[4 * STORY_MAX];
	struct story story = {.at = time(NULL), .boot = boot, .stopped = sentence};
	struct utsname name = {.release = ""};
	size_t length;

	/* Without a machine nobody knows what the administrator wants. */
	if (!init->started ||
	    strcmp(init_parameter(init, PARAMETER_RESCUE_STORY), "firmware") != 0 ||
	    !firmware_has_variables() || rescue->kept == KEPT_MAX)
		return;
	rescue->kept++;
	read_boot_id(boot);
	uname(&name);
	story.release = name.release;
	snprintf(lines, sizeof lines, "%s", path);
	read_path(&story, lines);
	length = story_write(&story, text);
	rescue->keeper = child_fork(INPUT_NONE);
	if (rescue->keeper == 0)
		be_keeper(init, text, length);
}

void rescue_story_wait(struct init *init)
{
	static const struct timespec step = {.tv_nsec = WAIT_STEP * 1000000L};
	unsigned left = CHILD_SECONDS * 1000 / WAIT_STEP;

	while (init->rescue.keeper > 0 && left-- > 0 &&
	       waitpid(init->rescue.keeper, NULL, WNOHANG) == 0)
		nanosleep(&step, NULL);
}
