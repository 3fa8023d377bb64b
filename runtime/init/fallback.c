#include "fallback.h"
#include "log.h"
#include "shell.h"

#include <signal.h>
#include <stddef.h>
#include <string.h>
#include <sys/mount.h>
#include <unistd.h>

enum { ENVIRONMENT_MAX = 256 };

static const int fatal_signals[] = {SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGABRT};
static const char crash_prefix[] = CRASH_VARIABLE "=";

/* What the handler needs: it cannot trust anything else any more. */
static char **kept_argv, **kept_envp;
static char *crash_environment[ENVIRONMENT_MAX + 2];
static char crash_variable[] = CRASH_VARIABLE "=signal 00";
static char alternate_stack[16384] __attribute__((aligned(16)));

/* As the kernel left them: nothing mounted by us, no signal blocked or caught. */
static void undo(void)
{
	sigset_t none;
	unsigned i;

	umount2("/run", MNT_DETACH);
	umount2("/dev/pts", MNT_DETACH);
	umount2("/dev", MNT_DETACH);
	umount2("/sys", MNT_DETACH);
	umount2("/proc", MNT_DETACH);
	for (i = 0; i < sizeof fatal_signals / sizeof fatal_signals[0]; i++)
		signal(fatal_signals[i], SIG_DFL);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
}

static void write_text(const char *text)
{
	if (write(STDERR_FILENO, text, strlen(text)) < 0)
		return; /* there is nobody else to tell */
}

/* Only calls that are safe in a handler (signal-safety(7)). */
static void crashed(int number)
{
	static volatile sig_atomic_t again;

	if (getpid() != 1)
		_exit(128 + number);
	while (again++ > 0) /* nothing here works any more: better still than a panic */
		pause();
	crash_variable[sizeof crash_variable - 3] = (char)('0' + number / 10 % 10);
	crash_variable[sizeof crash_variable - 2] = (char)('0' + number % 10);
	write_text("\nbootgraph: PID 1 has crashed with ");
	write_text(crash_variable + sizeof crash_prefix - 1);
	write_text("\n");
	kill(-1, SIGKILL); /* its children: nobody knows them any more */
	umount2("/root", MNT_DETACH);
	undo();
	execve(DISTRIBUTION_INIT, kept_argv, kept_envp);
	if (crash_environment[0] != NULL)
		execve("/init", kept_argv, crash_environment);
	shell_execute(kept_envp);
	for (;;)
		pause();
}

void fallback_guard(char **argv, char **envp)
{
	stack_t stack = {.ss_sp = alternate_stack, .ss_size = sizeof alternate_stack};
	struct sigaction action = {.sa_handler = crashed, .sa_flags = SA_ONSTACK | SA_NODEFER};
	unsigned i, n = 1;

	kept_argv = argv;
	kept_envp = envp;
	crash_environment[0] = crash_variable;
	for (; *envp != NULL && n <= ENVIRONMENT_MAX; envp++) {
		if (strncmp(*envp, crash_prefix, sizeof crash_prefix - 1) == 0)
			crash_environment[0] = NULL; /* once is enough */
		crash_environment[n++] = *envp;
	}
	sigaltstack(&stack, NULL);
	for (i = 0; i < sizeof fatal_signals / sizeof fatal_signals[0]; i++)
		sigaction(fatal_signals[i], &action, NULL);
}

bool fallback_exists(void)
{
	return access(DISTRIBUTION_INIT, X_OK) == 0;
}

void fallback_execute(char **argv, char **envp)
{
	sigset_t before;

	if (!fallback_exists())
		return;
	sigprocmask(SIG_SETMASK, NULL, &before);
	undo();
	execve(DISTRIBUTION_INIT, argv, envp);
	say(SAY_ERROR, "bootgraph: %s cannot be executed", DISTRIBUTION_INIT);
	sigprocmask(SIG_SETMASK, &before, NULL);
	fallback_guard(argv, envp);
}
