#include "ending.h"
#include "init.h"
#include "log.h"
#include "process.h"

#include <signal.h>
#include <stdio.h>
#include <sys/wait.h>
#include <time.h>

static void announce(struct init *init, enum log_level level, pid_t pid, const char *what)
{
	char name[PROCESS_NAME_MAX], text[160];

	process_name(pid, name);
	snprintf(text, sizeof text, "process %d (%s) %s", (int)pid, name, what);
	say(level, "bootgraph: %s", text);
	tracefile_remark(&init->trace, init_now(), text);
}

/* --- signals -------------------------------------------------------------- */

struct sweep {
	struct init *init;
	int number;
	unsigned count; /* of those that there were */
};

static void sweep_one(void *context, pid_t pid)
{
	struct sweep *sweep = context;

	if (process_kind(pid) != PROCESS_COMMON)
		return;
	if (sweep->number == SIGTERM && !process_is_worker(pid))
		announce(sweep->init, SAY_INFO, pid, "is ended before the handoff");
	else if (sweep->number == SIGKILL)
		announce(sweep->init, SAY_WARNING, pid, "does not end by itself, and is killed");
	sweep->count += kill(pid, sweep->number) == 0;
}

/* How many processes there are that are not to live on; each gets the signal, which may be 0. */
static unsigned signal_all(struct init *init, int number)
{
	struct sweep sweep = {init, number, 0};

	process_each(sweep_one, &sweep);
	return sweep.count;
}

/* Who is stuck in the kernel; it will go when that lets it. */
static void name_if_left(void *context, pid_t pid)
{
	if (process_kind(pid) == PROCESS_COMMON)
		announce(context, SAY_WARNING, pid, "does not end and is left behind");
}

/* False if some are still there at that time. Who is to survive is not waited for. */
static bool wait_for_all(struct init *init, uint32_t until)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGCHLD);
	for (;;) {
		uint32_t now = init_now();
		struct timespec patience = {0, 20000000};
		pid_t pid;

		while ((pid = waitpid(-1, NULL, WNOHANG)) > 0)
			;
		if (pid < 0 || signal_all(init, 0) == 0)
			return true;
		if (now >= until)
			return false;
		sigtimedwait(&set, NULL, &patience);
	}
}

void processes_end(struct init *init)
{
	unsigned left = prompts_end(init);
	size_t i;

	process_read_spared();
	probers_end(&init->probers);
	udev_end(&init->udev);
	for (i = 0; i < init->children.count; i++) {
		child_signal(&init->children.child[i], SIGTERM);
		left++;
	}
	if (init->ran_programs) /* one of them may have left a daemon behind */
		left += signal_all(init, SIGTERM);
	if (left == 0 || wait_for_all(init, init_now() + KILL_GRACE))
		return;
	for (i = 0; i < init->children.count; i++)
		child_signal(&init->children.child[i], SIGKILL);
	if (init->ran_programs)
		signal_all(init, SIGKILL);
	if (!wait_for_all(init, init_now() + KILL_GRACE))
		process_each(name_if_left, init);
}
