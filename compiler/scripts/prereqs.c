#include "prereqs.h"

#include <errno.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "mkinitramfs.h"

enum { CHECKED_AT_ONCE = 32 }; /* scripts that one `sh -n` loop takes: it has a time limit, too */

struct asking {
	struct arena *arena;
	struct diag *diag;
	struct script_tree *tree;
	struct sandbox *sandbox;
	const char *const *environment;
	enum exit_status status;
};

typedef VEC(struct script *) script_list;

static struct span whole(const struct script *script)
{
	return (struct span){.name = script->shown};
}

/* --- what is common to running and reading ---------------------------------------------------- */

/* Every script that is not skipped so far, with its text read. */
static script_list candidates(struct asking *asking)
{
	script_list list = {0};

	for (size_t i = 0; i < asking->tree->phases.count; i++) {
		struct phase *phase = &asking->tree->phases.item[i];

		for (size_t j = 0; j < phase->scripts.count; j++) {
			struct script *script = phase->scripts.item[j];

			if (script->skip != SKIP_NOT)
				continue;
			if (script->text == NULL) {
				diag_report(asking->diag, DIAG_UNREADABLE, whole(script), NULL,
					    "cannot be read: %s", strerror(script->text_error));
				asking->status = EXIT_FINDINGS;
				continue;
			}
			script->reading = script_read(asking->arena, script->text);
			vec_push(asking->arena, &list, script);
		}
	}
	return list;
}

/* Where the script's text says this name; its handler if it does not say it in so many words. */
static struct span span_of(const struct script *script, const char *name)
{
	const struct script_reading *reading = script->reading;

	for (size_t i = 0; i < reading->prereqs.count; i++)
		if (strcmp(reading->prereqs.item[i].name, name) == 0)
			return reading->prereqs.item[i].span;
	if (reading->doubt != NULL && reading->doubt_span.text != NULL)
		return reading->doubt_span;
	return reading->handles ? reading->handler : whole(script);
}

static void add_prereq(struct asking *asking, struct script *script, const char *name)
{
	vec_push(asking->arena, &script->prereqs, (struct prereq){name, span_of(script, name)});
}

typedef VEC(char) buffer;

static void append(struct arena *arena, buffer *buffer, const char *text)
{
	for (; *text != '\0'; text++)
		vec_push(arena, buffer, *text);
}

/* "NAME NAME", and then a line for each prereq: what get_prereq_pairs() writes. */
static buffer begin_pairs(struct asking *asking, const struct script *script)
{
	buffer pairs = {0};

	append(asking->arena, &pairs, script->name);
	append(asking->arena, &pairs, " ");
	append(asking->arena, &pairs, script->name);
	append(asking->arena, &pairs, "\n");
	return pairs;
}

static void add_pair(struct asking *asking, const struct script *script, buffer *pairs,
		     const char *prereq)
{
	append(asking->arena, pairs, prereq);
	append(asking->arena, pairs, " ");
	append(asking->arena, pairs, script->name);
	append(asking->arena, pairs, "\n");
}

static void end_pairs(struct script *script, const buffer *pairs)
{
	script->pairs = pairs->item;
	script->pairs_size = pairs->count;
}

/* --- sh -n ----------------------------------------------------------------------------------- */

/* The shell says in its own words what it cannot read: that is all anybody will ever hear of it. */
static const char check_syntax[] = "for script; do\n"
				   "	said=$(sh -n \"$script\" 2>&1) && good=y || good=n\n"
				   "	printf '%s%s\\0' $good \"$said\"\n"
				   "done\n";

static bool sandbox_failed(struct asking *asking, const char *why)
{
	diag_report(asking->diag, DIAG_NO_SANDBOX, (struct span){.name = "bootgraph"}, NULL,
		    "scripts cannot be run confined here: %s", why);
	asking->status = EXIT_SYSTEM;
	return false;
}

static bool check_some(struct asking *asking, struct script *const *scripts, size_t count)
{
	const char *argv[CHECKED_AT_ONCE + 5] = {"sh", "-c", check_syntax, "sh"}, *at, *why;
	struct sandbox_result result;

	for (size_t i = 0; i < count; i++)
		argv[i + 4] = scripts[i]->installed;
	if (!sandbox_run(asking->sandbox, asking->arena, argv, mkinitramfs_bare_environment,
			 &result, &why))
		return sandbox_failed(asking, why);
	at = result.out;
	for (size_t i = 0; i < count; i++) {
		if (at >= result.out + result.out_size)
			return sandbox_failed(asking, "sh -n did not end");
		if (*at != 'y') {
			scripts[i]->skip = SKIP_SYNTAX;
			scripts[i]->complaint = at + 1;
		}
		at += strlen(at) + 1;
	}
	return true;
}

static bool check_all(struct asking *asking, const script_list *scripts)
{
	for (size_t i = 0; i < scripts->count; i += CHECKED_AT_ONCE) {
		size_t left = scripts->count - i;

		if (!check_some(asking, scripts->item + i,
				left < CHECKED_AT_ONCE ? left : CHECKED_AT_ONCE))
			return false;
	}
	return true;
}

/* --- running --------------------------------------------------------------------------------- */

/* What is left of output in $(...): no NUL bytes, and no newlines at the end. */
static char *substituted(struct arena *arena, const struct sandbox_result *result)
{
	char *text = arena_alloc(arena, result->out_size + 1);
	size_t length = 0;

	for (size_t i = 0; i < result->out_size; i++)
		if (result->out[i] != '\0')
			text[length++] = result->out[i];
	while (length > 0 && text[length - 1] == '\n')
		length--;
	text[length] = '\0';
	return text;
}

/* Splits at blanks, and that is all there is to do unless a shell would see a pattern in it, or
 * echo an escape. */
static void take_words(struct asking *asking, struct script *script, char *text)
{
	buffer pairs = begin_pairs(asking, script);
	char *rest = NULL;

	for (char *word = strtok_r(text, " \t\n", &rest); word != NULL;
	     word = strtok_r(NULL, " \t\n", &rest)) {
		add_prereq(asking, script, word);
		add_pair(asking, script, &pairs, word);
	}
	end_pairs(script, &pairs);
}

/* Such a script is taken as one that waits for nothing. */
static void limit_hit(struct asking *asking, struct script *script, enum diag_id id,
		      const char *what)
{
	buffer pairs = begin_pairs(asking, script);

	diag_report(asking->diag, id, whole(script), NULL, "\"%s prereqs\" %s", script->installed,
		    what);
	asking->status = EXIT_LIMIT;
	end_pairs(script, &pairs);
}

static bool within_limits(struct asking *asking, struct script *script,
			  const struct sandbox_result *result)
{
	if (result->timed_out)
		limit_hit(asking, script, DIAG_PREREQS_TIME,
			  arena_printf(asking->arena, "did not end within %d s", SANDBOX_SECONDS));
	else if (result->too_long)
		limit_hit(asking, script, DIAG_PREREQS_LENGTH,
			  arena_printf(asking->arena, "prints %d bytes and more",
				       SANDBOX_OUTPUT_MAX));
	return !result->timed_out && !result->too_long;
}

/* mkinitramfs leaves the words to its shell, which expands patterns in the working directory. */
static bool expand_words(struct asking *asking, struct script *script, char *text)
{
	static const char expand[] = "for prereq in $1; do echo \"$prereq $2\"; done";
	const char *argv[] = {"sh", "-c", expand, "sh", text, script->name, NULL}, *why;
	struct sandbox_result result;
	size_t suffix = strlen(script->name) + 1;
	buffer pairs = begin_pairs(asking, script);
	char *line, *rest = NULL;

	if (!sandbox_run(asking->sandbox, asking->arena, argv, mkinitramfs_bare_environment,
			 &result, &why))
		return sandbox_failed(asking, why);
	if (!within_limits(asking, script, &result))
		return true;
	text = substituted(asking->arena, &result);
	append(asking->arena, &pairs, text);
	append(asking->arena, &pairs, "\n");
	end_pairs(script, &pairs);
	for (line = strtok_r(text, "\n", &rest); line != NULL; line = strtok_r(NULL, "\n", &rest)) {
		size_t length = strlen(line);

		if (length > suffix && strcmp(line + length - suffix + 1, script->name) == 0)
			add_prereq(asking, script,
				   arena_strndup(asking->arena, line, length - suffix));
	}
	return true;
}

static const char *describe_status(struct arena *arena, int status)
{
	if (WIFSIGNALED(status))
		return arena_printf(arena, "was ended by signal %d", WTERMSIG(status));
	return arena_printf(arena, "ended with status %d", WEXITSTATUS(status));
}

static const char *first_line(struct arena *arena, const char *text)
{
	return arena_strndup(arena, text, strcspn(text, "\n"));
}

static bool run_script(struct asking *asking, struct script *script)
{
	const char *argv[] = {script->installed, "prereqs", NULL}, *why, *said;
	struct sandbox_result result;
	char *text;

	if (!sandbox_run(asking->sandbox, asking->arena, argv, asking->environment, &result, &why))
		return sandbox_failed(asking, why);
	if (!within_limits(asking, script, &result))
		return true;
	/* Of a script that runs its whole body instead, check says so, and nobody wonders. */
	if (result.status != 0 && script->reading->handles) {
		said = first_line(asking->arena, result.err);
		diag_report(asking->diag, DIAG_PREREQS_FAILED, script->reading->handler, NULL,
			    "\"%s prereqs\" %s%s%s", script->installed,
			    describe_status(asking->arena, result.status),
			    *said != '\0' ? ": " : "", said);
	}
	text = substituted(asking->arena, &result);
	if (strpbrk(text, "*?[\\") != NULL)
		return expand_words(asking, script, text);
	take_words(asking, script, text);
	return true;
}

static bool open_sandbox(struct asking *asking, int root_fd, const struct script_inputs *inputs)
{
	struct sandbox_view *view = arena_alloc(asking->arena, sizeof *view);
	const char *why, *complaint;

	mkinitramfs_view(asking->arena, asking->tree, root_fd, inputs, view);
	asking->sandbox = sandbox_open(asking->arena, view, &why);
	if (asking->sandbox == NULL)
		return sandbox_failed(asking, why);
	asking->environment =
		mkinitramfs_environment(asking->sandbox, asking->arena, &complaint, &why);
	if (asking->environment == NULL)
		return sandbox_failed(asking, why);
	if (complaint != NULL)
		diag_report(asking->diag, DIAG_INITRAMFS_CONF,
			    (struct span){.name = "etc/initramfs-tools"}, NULL, "%s", complaint);
	return true;
}

static void run_all(struct asking *asking, const script_list *scripts, int root_fd,
		    const struct script_inputs *inputs)
{
	bool good = open_sandbox(asking, root_fd, inputs) && check_all(asking, scripts);

	for (size_t i = 0; i < scripts->count && good; i++)
		if (scripts->item[i]->skip == SKIP_NOT)
			good = run_script(asking, scripts->item[i]);
	if (asking->sandbox != NULL)
		sandbox_close(asking->sandbox);
}

/* --- reading --------------------------------------------------------------------------------- */

static bool is_program(const struct script *script)
{
	return script->text->size >= 4 && memcmp(script->text->data, "\177ELF", 4) == 0;
}

static void read_script(struct asking *asking, struct script *script)
{
	const struct script_reading *reading = script->reading;
	buffer pairs = begin_pairs(asking, script);

	if (is_program(script) || reading->broken != NULL) {
		script->skip = SKIP_SYNTAX;
		script->complaint = reading->broken;
		return;
	}
	for (size_t i = 0; i < reading->prereqs.count; i++) {
		add_prereq(asking, script, reading->prereqs.item[i].name);
		add_pair(asking, script, &pairs, reading->prereqs.item[i].name);
	}
	end_pairs(script, &pairs);
	if (reading->doubt != NULL)
		diag_report(asking->diag, DIAG_PREREQS_UNKNOWN, reading->doubt_span, NULL,
			    "what it waits for is not known without running it: %s",
			    reading->doubt);
}

/* --- all of it ------------------------------------------------------------------------------- */

enum exit_status scripts_ask(struct arena *arena, struct diag *diag, struct script_tree *tree,
			     int root_fd, const struct script_inputs *inputs)
{
	struct asking asking = {.arena = arena, .diag = diag, .tree = tree};
	script_list scripts = candidates(&asking);

	if (scripts.count == 0)
		return asking.status;
	if (!inputs->no_run)
		run_all(&asking, &scripts, root_fd, inputs);
	for (size_t i = 0; i < scripts.count && inputs->no_run; i++)
		read_script(&asking, scripts.item[i]);
	return asking.status;
}
