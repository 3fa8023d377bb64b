#include "evaluation.h"
#include "environment.h"
#include "init.h"
#include "log.h"
#include "settings.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

enum { ANSWER_FD = 3, ANSWER_SIZE = 2 * VARIABLES_ROOM + 2 };

extern const char evaluate_script[]; /* evaluate.sh */

static const char *const kept_names[] = {
#define EXPORTED(name)
#define KEPT(name) name,
#define FUNCTION(name)
#define BOOT_VARIABLE(name, reach, value, setter) reach(name)
#include "../scripts/variables.def"
#undef BOOT_VARIABLE
#undef EXPORTED
#undef KEPT
#undef FUNCTION
};

enum { KEPT_COUNT = sizeof kept_names / sizeof kept_names[0] };

/* --- in the child --------------------------------------------------------- */

static bool is_boot_script(const struct init *init, const struct effect *effect)
{
	const char *program;

	if (effect->op != OP_RUN)
		return false;
	program = machine_list_value(&init->machine, effect->list, 0);
	return program != NULL && environment_concerns(program);
}

/* Of fixed size, so that what is written to it without end fills nobody's memory. */
int evaluation_open(const struct init *init, const struct effect *effect)
{
	int fd;

	if (effect->op != OP_EVALUATE_CONFIGURATION && !is_boot_script(init, effect))
		return -1;
	fd = memfd_create("variables", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	if (fd >= 0 && (ftruncate(fd, ANSWER_SIZE) < 0 ||
			fcntl(fd, F_ADD_SEALS, F_SEAL_GROW | F_SEAL_SHRINK) < 0)) {
		close(fd);
		fd = -1;
	}
	return fd;
}

static _Noreturn void execute_shell(const struct init *init, const char *what)
{
	static char text[KEPT_COUNT][VARIABLES_ROOM / KEPT_COUNT];
	const char *arguments[KEPT_COUNT + 6] = {"sh", "-c", evaluate_script, "bootgraph", what};
	unsigned i;

	for (i = 0; i < KEPT_COUNT; i++) {
		const char *value = variables_get(&init->environment.kept, kept_names[i]);

		snprintf(text[i], sizeof text[i], "%s%s%s", kept_names[i], value != NULL ? "=" : "",
			 value != NULL ? value : "");
		arguments[5 + i] = text[i];
	}
	if (init->environment.answer == ANSWER_FD)
		fcntl(ANSWER_FD, F_SETFD, 0);
	else
		dup2(init->environment.answer, ANSWER_FD);
	environment_enter(init);
	execv("/bin/sh", (char *const *)arguments);
	_exit(127);
}

static int32_t evaluate(const struct init *init, const char *what, struct report *report)
{
	int status;
	pid_t pid;

	if (init->environment.answer < 0)
		return report_say(report, -ENOMEM, "no memory for the variables of boot scripts");
	pid = fork();
	if (pid == 0)
		execute_shell(init, what);
	if (pid < 0)
		return report_say(report, -errno, "no further process: %s", strerror(errno));
	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return -errno;
	if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
		return 0;
	return report_say(report, WIFEXITED(status) ? WEXITSTATUS(status) : STATUS_SIGNAL,
			  "%s: the shell that evaluates it did not come to its end", what);
}

int32_t work_evaluate(struct init *init, const struct effect *effect, struct report *report)
{
	(void)effect;
	if (access("/conf/initramfs.conf", F_OK) < 0 && access("/conf/arch.conf", F_OK) < 0 &&
	    access("/conf/conf.d", F_OK) < 0)
		return 0; /* an image that has none: there is no answer either */
	environment_set_first(init, &init->environment.exported);
	init->environment.kept.length = 0;
	return evaluate(init, "configuration", report);
}

int32_t evaluation_after_script(struct init *init, struct report *report)
{
	struct report own = {0};
	int32_t status = 0;

	if (access(PARAM_CONF, F_OK) == 0)
		status = evaluate(init, "parameters", &own);
	if (status != 0)
		report_say(report, 0, PARAM_CONF " was not read: %.300s", own.text);
	return status;
}

int evaluation_print_environment(void)
{
	char **variable;

	for (variable = environ; *variable != NULL; variable++)
		if (**variable != '\0' && (fputs(*variable, stdout) == EOF || putchar('\0') == EOF))
			return 1;
	return putchar('\0') == EOF || fflush(stdout) == EOF;
}

/* --- its answer ----------------------------------------------------------- */

/* What shells keep for themselves is not taken over. */
static bool is_of_the_shell(const char *text)
{
	static const char *const names[] = {"_=", "PWD=", "OLDPWD=", "SHLVL="};
	size_t i;

	for (i = 0; i < sizeof names / sizeof names[0]; i++)
		if (strncmp(text, names[i], strlen(names[i])) == 0)
			return true;
	return false;
}

/* Texts from `at` up to an empty one, behind which the next begin; NULL if none ends them. */
static const char *take_texts(const char *at, const char *end, struct variables *variables)
{
	*variables = (struct variables){.length = 0};
	while (at < end && *at != '\0') {
		size_t length = strnlen(at, (size_t)(end - at));

		if (at + length == end)
			return NULL;
		if (!is_of_the_shell(at) && !variables_put(variables, at))
			say(SAY_WARNING, "bootgraph: boot scripts do not get the variable %.64s",
			    at);
		at += length + 1;
	}
	return at < end ? at + 1 : NULL;
}

static void keep_known(struct variables *kept, const struct variables *all)
{
	unsigned i;

	*kept = (struct variables){.length = 0};
	for (i = 0; i < KEPT_COUNT; i++) {
		const char *value = variables_get(all, kept_names[i]);

		if (value != NULL)
			(void)variables_set(kept, kept_names[i], value);
	}
}

static bool take_answer(int fd, struct variables *exported, struct variables *kept)
{
	static struct variables all;
	const char *text = mmap(NULL, ANSWER_SIZE, PROT_READ, MAP_PRIVATE, fd, 0), *at;

	if (text == MAP_FAILED)
		return false;
	at = *text != '\0' ? take_texts(text, text + ANSWER_SIZE, exported) : NULL;
	if (at != NULL)
		at = take_texts(at, text + ANSWER_SIZE, &all);
	keep_known(kept, &all);
	munmap((void *)text, ANSWER_SIZE);
	return at != NULL;
}

void evaluation_take(struct init *init, const struct child *child)
{
	static struct variables exported, kept;
	struct environment *environment = &init->environment;

	if (child->answer < 0)
		return;
	if (!child->stopped && take_answer(child->answer, &exported, &kept)) {
		if (child->op == OP_EVALUATE_CONFIGURATION)
			environment_read_command_line(init, &exported, &kept);
		else
			settings_take(init, child->node, &exported);
		environment->exported = exported;
		environment->kept = kept;
	}
	close(child->answer);
}
