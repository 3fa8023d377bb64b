#include "program.h"
#include "array.h"
#include "environment.h"
#include "evaluation.h"
#include "init.h"
#include "key_disk.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

/* The operands of `unlock` (opcodes.def). */
enum { UNLOCK_DEVICE, UNLOCK_RUN, UNLOCK_KEY_DISK };

enum {
	ARGUMENTS_MAX = 512,
	NAMES_MAX = 16384, /* bytes of the devices behind the arguments */
};

struct program {
	const char *argument[ARGUMENTS_MAX + 1];
	size_t count;
	char names[NAMES_MAX];
	size_t used;
	bool udevd; /* whether one runs */
};

/* --- arguments ------------------------------------------------------------ */

static int32_t take_list(const struct init *init, const struct effect *effect,
			 struct program *program, struct report *report)
{
	const char *text;

	program->udevd = init->udev.on;
	while ((text = machine_list_value(&init->machine, effect->list,
					  (uint32_t)program->count)) != NULL) {
		if (program->count == ARGUMENTS_MAX)
			return report_say(report, -E2BIG, "too many arguments");
		program->argument[program->count++] = text;
	}
	if (program->count > 0)
		return 0;
	report_say(report, -EINVAL, "there is no program to run");
	return -EINVAL;
}

static int32_t add_device(struct program *program, const char *name, struct report *report)
{
	size_t room = sizeof program->names - program->used;
	int length;

	if (program->count == ARGUMENTS_MAX)
		return report_say(report, -E2BIG, "too many devices");
	length = snprintf(program->names + program->used, room, "/dev/%s", name);
	if (length < 0 || (size_t)length >= room)
		return report_say(report, -E2BIG, "too many devices");
	program->argument[program->count++] = program->names + program->used;
	program->used += (size_t)length + 1;
	return 0;
}

static int32_t add_number(const struct init *init, struct program *program, uint32_t number,
			  struct report *report)
{
	const struct seen *seen = devices_find(&init->devices, number);

	if (seen == NULL || !seen->present || seen->name == NULL)
		return report_say(report, -ENXIO, "device %u:%u has left", (unsigned)(number >> 20),
				  (unsigned)(number & 0xfffff));
	return add_device(program, seen->name, report);
}

/* --- execution ------------------------------------------------------------ */

/* The descriptors that the program finds: high ones first, since 3 and 4 may be taken. */
static void hand_over(int report, int prompt)
{
	int high = fcntl(report, F_DUPFD, PROGRAM_PROMPT_FD + 1);

	if (prompt >= 0)
		prompt = fcntl(prompt, F_DUPFD, PROGRAM_PROMPT_FD + 1);
	dup2(high, PROGRAM_REPORT_FD);
	close(high);
	if (prompt < 0)
		return;
	dup2(prompt, PROGRAM_PROMPT_FD);
	close(prompt);
}

/* error is shared with whoever waits: it stays 0 if the program was executed. */
static _Noreturn void execute(const struct program *program, int pipe, int prompt,
			      volatile int *error)
{
	hand_over(pipe, prompt);
	/* libdevmapper would wait for an udevd that is not there, and leave its nodes to it. */
	if (!program->udevd)
		setenv("DM_DISABLE_UDEV", "1", 1);
	execv(program->argument[0], (char *const *)program->argument);
	*error = errno;
	_exit(127);
}

/* What it has left in the pipe; whoever else holds the other end is not waited for. */
static void take_line(int pipe, char *line, size_t room)
{
	ssize_t n = read(pipe, line, room - 1);

	line[n > 0 ? n : 0] = '\0';
	line[strcspn(line, "\n")] = '\0';
}

static int32_t wait_for(pid_t pid)
{
	int status;

	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return -errno;
	return WIFSIGNALED(status) ? STATUS_SIGNAL + WTERMSIG(status) : WEXITSTATUS(status);
}

static int32_t run_program(struct program *program, int prompt, struct report *report)
{
	volatile int *error = mmap(NULL, sizeof *error, PROT_READ | PROT_WRITE,
				   MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	char line[REPORT_TEXT - 100];
	int32_t status;
	int ends[2];
	pid_t pid;

	if (error == MAP_FAILED)
		return report_say(report, -errno, "no memory: %s", strerror(errno));
	program->argument[program->count] = NULL;
	if (pipe2(ends, O_CLOEXEC | O_NONBLOCK) < 0)
		return report_say(report, -errno, "no pipe: %s", strerror(errno));
	pid = fork();
	if (pid == 0)
		execute(program, ends[1], prompt, error);
	if (pid < 0)
		return report_say(report, -errno, "no further process: %s", strerror(errno));
	status = wait_for(pid);
	if (*error != 0)
		return report_say(report, -*error, "%.256s: %s", program->argument[0],
				  strerror(*error));
	take_line(ends[0], line, sizeof line);
	if (*line != '\0')
		return report_say(report, status, "%s", line);
	if (status > STATUS_SIGNAL)
		return report_say(report, status, "%.80s was killed by signal %d",
				  program->argument[0], (int)status - STATUS_SIGNAL);
	return status;
}

/* --- effects -------------------------------------------------------------- */

int32_t work_run(struct init *init, const struct effect *effect, struct report *report)
{
	struct program program = {.count = 0};
	int32_t r = take_list(init, effect, &program, report);
	bool script = r == 0 && environment_concerns(program.argument[0]);

	if (script)
		environment_enter(init);
	if (r == 0)
		r = run_program(&program, -1, report);
	if (script)
		(void)evaluation_after_script(init, report); /* a script's end is its own */
	return r;
}

int32_t work_assemble(struct init *init, const struct effect *effect, struct report *report)
{
	const char *set = machine_node_title(&init->machine, effect->device_node);
	struct program program = {.count = 0};
	int32_t r = take_list(init, effect, &program, report);
	size_t arguments = program.count;
	uint32_t i;

	set += strcspn(set, "=");
	set += *set == '=';
	for (i = 0; r == 0 && i < init->members.sets.entry_count; i++) {
		uint32_t device = init->members.sets.entry[i].device;

		if (!members_is_repeated(&init->members, i) &&
		    sets_has_member(&init->members.sets, set, device))
			r = add_number(init, &program, device, report);
	}
	if (r == 0 && program.count == arguments)
		return report_say(report, -ENXIO, "no member of %.200s is there any more", set);
	if (r == 0)
		r = array_load_module(init, set, report);
	return r != 0 ? r : run_program(&program, -1, report);
}

int32_t work_run_for_device(struct init *init, const struct effect *effect, struct report *report)
{
	const char *name = event_property(effect->event, "DEVNAME");
	struct program program = {.count = 0};
	int32_t r = take_list(init, effect, &program, report);

	if (r == 0)
		r = name != NULL ? add_device(&program, name, report)
				 : report_say(report, -ENODEV, "the event is about no device");
	return r != 0 ? r : run_program(&program, -1, report);
}

int32_t work_unlock(struct init *init, const struct effect *effect, struct report *report)
{
	struct program program = {.count = 0};
	int32_t r = take_list(init, effect, &program, report);

	if (r == 0)
		r = add_number(init, &program, effect->device_number, report);
	if (r != 0)
		return r;
	key_disk_mount(init, effect->text[UNLOCK_KEY_DISK]);
	r = run_program(&program, init->prompts.client, report);
	key_disk_unmount();
	return r;
}
