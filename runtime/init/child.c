#include "environment.h"
#include "evaluation.h"
#include "init.h"
#include "log.h"
#include "progress.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

void children_begin(struct init *init)
{
	void *reports = mmap(NULL, REPORT_COUNT * sizeof(struct report), PROT_READ | PROT_WRITE,
			     MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	init->children.report = reports != MAP_FAILED ? reports : NULL;
}

int32_t report_say(struct report *report, int32_t status, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(report->text, sizeof report->text, format, arguments);
	va_end(arguments);
	return status;
}

/* --- starting ------------------------------------------------------------- */

static void reset_signals(void)
{
	static const int caught[] = {SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGABRT};
	sigset_t none;
	unsigned i;

	for (i = 0; i < sizeof caught / sizeof caught[0]; i++)
		signal(caught[i], SIG_DFL);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
}

static void set_input(enum child_input input)
{
	bool console = input != INPUT_NONE;
	int fd = open(console ? "/dev/console" : "/dev/null", O_RDWR | O_CLOEXEC);

	if (fd < 0)
		return; /* what PID 1 has is better than nothing */
	dup2(fd, STDIN_FILENO);
	if (input == INPUT_TERMINAL)
		ioctl(fd, TIOCSCTTY, 1);
	if (console) {
		dup2(fd, STDOUT_FILENO);
		dup2(fd, STDERR_FILENO);
	}
	if (fd > STDERR_FILENO)
		close(fd);
}

pid_t child_fork(enum child_input input)
{
	pid_t pid = fork();

	if (pid == 0) {
		setsid();
		reset_signals();
		set_input(input);
	}
	return pid;
}

static int take_report(struct children *children)
{
	bool taken[REPORT_COUNT] = {false};
	size_t i;
	int number;

	if (children->report == NULL)
		return -1;
	for (i = 0; i < children->count; i++)
		if (children->child[i].report >= 0)
			taken[children->child[i].report] = true;
	for (number = 0; number < REPORT_COUNT; number++)
		if (!taken[number]) {
			memset(&children->report[number], 0, sizeof children->report[number]);
			return number;
		}
	return -1;
}

static struct child *add_child(struct children *children)
{
	if (children->count == children->room) {
		size_t room = children->room > 0 ? 2 * children->room : 16;
		struct child *child = realloc(children->child, room * sizeof *child);

		if (child == NULL)
			return NULL;
		children->child = child;
		children->room = room;
	}
	return &children->child[children->count++];
}

/* What a boot script leaves in the background goes on, as it does with initramfs-tools; but when
 * the leader of a session ends, whoever shares its terminal is hung up (setsid(2)). */
static enum child_input input_for(const struct init *init, const struct effect *effect)
{
	const char *program;
	struct node node;

	blob_node(&init->blob, effect->node, &node);
	if (strcmp(blob_string(&init->blob, node.exclusive), "console") != 0)
		return INPUT_NONE;
	if (effect->op != OP_RUN)
		return INPUT_TERMINAL;
	program = machine_list_value(&init->machine, effect->list, 0);
	return program != NULL && environment_concerns(program) ? INPUT_CONSOLE : INPUT_TERMINAL;
}

static _Noreturn void be_worker(struct init *init, const struct effect *effect,
				worker_function work, int number)
{
	struct report own = {0};
	struct report *report = number >= 0 ? &init->children.report[number] : &own;

	report->status = work(init, effect, report);
	if (report->status != 0 && number < 0)
		say(SAY_WARNING, "%s", report->text); /* it would be lost otherwise */
	_exit(report->status != 0 ? EXIT_BY_REPORT : 0);
}

void child_work(struct init *init, const struct effect *effect, worker_function work)
{
	struct child *child = add_child(&init->children);
	int number;

	if (child == NULL) {
		notes_reason(&init->notes, effect->node, "no memory for another child");
		init_end(init, effect->node, effect->serial, -ENOMEM);
		return;
	}
	child->report = -1; /* not to be seen as taken */
	number = take_report(&init->children);
	*child = (struct child){.op = effect->op,
				.node = effect->node,
				.serial = effect->serial,
				.kill_at = NEVER,
				.look_at = init_now() + PROGRESS_INTERVAL,
				.report = number,
				.answer = evaluation_open(init, effect)};
	child->pid = child_fork(input_for(init, effect));
	if (child->pid == 0) {
		init->environment.answer = child->answer;
		be_worker(init, effect, work, number);
	}
	if (child->pid < 0) {
		int error = errno;

		if (child->answer >= 0)
			close(child->answer);
		init->children.count--;
		notes_reason(&init->notes, effect->node, "no further process: %s", strerror(error));
		init_end(init, effect->node, effect->serial, -error);
	}
}

/* --- ending --------------------------------------------------------------- */

void child_signal(const struct child *child, int number)
{
	if (kill(-child->pid, number) < 0)
		kill(child->pid, number); /* it has not come as far as setsid */
}

void child_stop(struct init *init, uint32_t node, uint32_t serial)
{
	size_t i;

	for (i = 0; i < init->children.count; i++) {
		struct child *child = &init->children.child[i];

		if (child->node != node || child->stopped ||
		    (uint16_t)(serial - child->serial) > INT16_MAX)
			continue;
		child->stopped = true;
		child->kill_at = init_now() + KILL_GRACE;
		child_signal(child, SIGTERM);
	}
}

static int32_t decode_status(const struct child *child, const struct report *report, int status)
{
	if (WIFSIGNALED(status))
		return STATUS_SIGNAL + WTERMSIG(status);
	if (WEXITSTATUS(status) == EXIT_BY_REPORT && report->status != 0)
		return report->status > -4096 && report->status < STATUS_SIGNAL ? report->status
										: EXIT_BY_REPORT;
	(void)child;
	return WEXITSTATUS(status);
}

/* The text may have been written over by anything: take as much as is one printable line. */
static void copy_text(char *to, const char *from)
{
	size_t i;

	for (i = 0; i + 1 < REPORT_TEXT && from[i] != '\0'; i++)
		to[i] = (unsigned char)from[i] < ' ' || from[i] == 0x7f ? ' ' : from[i];
	to[i] = '\0';
}

static void child_ended(struct init *init, pid_t pid, int wait_status)
{
	struct children *children = &init->children;
	struct report report = {0};
	struct child child;
	char text[REPORT_TEXT] = "";
	size_t i;

	for (i = 0; i < children->count && children->child[i].pid != pid; i++)
		;
	if (i == children->count)
		return; /* an orphan that came to us */
	child = children->child[i];
	children->child[i] = children->child[--children->count];
	if (child.report >= 0) {
		report.status = children->report[child.report].status;
		copy_text(text, children->report[child.report].text);
	}
	port_child_ended(init, &child, decode_status(&child, &report, wait_status), text);
}

void children_reap(struct init *init)
{
	int status;
	pid_t pid;

	/* The signal has been read: who is not asked for now is asked for when another one ends. */
	while ((pid = waitpid(-1, &status, WNOHANG)) > 0 || (pid < 0 && errno == EINTR)) {
		if (pid < 0)
			continue;
		modules_owner_ended(&init->modules, pid);
		if (probers_ended(init, pid) || prompts_ended(init, pid) ||
		    rescue_ended(init, pid) || daemon_ended(init, pid, status) ||
		    udev_ended(init, pid, status))
			continue;
		child_ended(init, pid, status);
	}
}

void children_tick(struct init *init, uint32_t now)
{
	size_t i;

	for (i = 0; i < init->children.count; i++) {
		struct child *child = &init->children.child[i];

		if (child->kill_at <= now) {
			child_signal(child, SIGKILL);
			child->kill_at = NEVER; /* it is not waited for: it may never die */
		}
	}
}

uint32_t children_deadline(const struct init *init)
{
	uint32_t deadline = NEVER;
	size_t i;

	for (i = 0; i < init->children.count; i++)
		if (init->children.child[i].kill_at < deadline)
			deadline = init->children.child[i].kill_at;
	return deadline;
}
