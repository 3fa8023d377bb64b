#include "findings.h"

#include <stdlib.h>
#include <string.h>

#include "prereqs.h"
#include "release_names.h"

enum { NAMES_SHOWN = 8 }; /* of a list that may be long */

struct checker {
	struct arena *arena;
	struct diag *diag;
	const struct script_tree *tree;
	const struct phase *phase;
};

/* Where to point when the finding is about the file: its first line. */
static struct span first_line(const struct script *script)
{
	struct span span = {.text = script->text, .name = script->shown};

	if (script->text != NULL)
		span.length = strcspn(script->text->data, "\n");
	return span;
}

static const char *listed(struct arena *arena, const char *list, const char *name)
{
	return *list == '\0' ? name : arena_printf(arena, "%s, %s", list, name);
}

static const char *prereq_list(struct arena *arena, const struct script *script)
{
	const char *list = "";
	size_t i;

	for (i = 0; i < script->prereqs.count && i < NAMES_SHOWN; i++)
		list = listed(arena, list, script->prereqs.item[i].name);
	return i < script->prereqs.count ? listed(arena, list, "...") : list;
}

/* --- files that are left out ----------------------------------------------------------------- */

static bool is_program(const struct script *script)
{
	return script->text != NULL && script->text->size >= 4 &&
	       memcmp(script->text->data, "\177ELF", 4) == 0;
}

/* The line that the shell complains about, "PATH: 12: Syntax error: ..." */
static struct span complaint_span(const struct script *script)
{
	size_t length = strlen(script->installed), line;
	struct span span = first_line(script);
	const char *said = script->complaint;

	if (script->reading != NULL && script->reading->broken != NULL)
		span = script->reading->broken_span;
	if (said == NULL || script->text == NULL || strncmp(said, script->installed, length) != 0 ||
	    strncmp(said + length, ": ", 2) != 0)
		return span;
	line = strtoul(said + length + 2, NULL, 10);
	if (line == 0 || line > script->text->line_count)
		return span;
	span.offset = script->text->line_start[line - 1];
	span.length = strcspn(script->text->data + span.offset, "\n");
	return span;
}

static const char *why_skipped(const struct script *script)
{
	switch (script->skip) {
	case SKIP_NAME:
		return "its name has other characters than letters, digits and . _ -";
	case SKIP_DIRECTORY_NAME:
		return "the name of its directory has characters that a shell splits or expands";
	case SKIP_LINK:
		return "it is a symbolic link, and none is copied into the image";
	case SKIP_DEEP:
		return "it is deeper in /etc than scripts/PHASE/NAME";
	case SKIP_NOT_FILE:
		return "it is no regular file, or a link to nothing";
	case SKIP_MODE:
		return "it is not executable";
	case SKIP_SYNTAX:
		return is_program(script)
			       ? "it is a program, and sh -n reads only scripts"
			       : "sh -n does not accept it, whatever its first line says";
	case SKIP_PLACE:
		return "a file or directory of /usr/share is where it would be copied to";
	case SKIP_NOT:
		break;
	}
	return "";
}

static void check_skipped(struct checker *checker, const struct script *script)
{
	bool syntax = script->skip == SKIP_SYNTAX && !is_program(script);

	/* A mask that is not executable takes away what it masks, and is meant to. What is wrong
	 * with other masks is a finding of its own. */
	if (script->masks)
		return;
	diag_report(checker->diag, DIAG_SCRIPT_SKIPPED,
		    syntax ? complaint_span(script) : first_line(script), NULL,
		    "mkinitramfs leaves %s out of %s: %s%s%s", script->name, checker->phase->name,
		    why_skipped(script), syntax && script->complaint != NULL ? ": " : "",
		    syntax && script->complaint != NULL ? script->complaint : "");
}

/* --- handlers -------------------------------------------------------------------------------- */

static void check_handler(struct checker *checker, const struct script *script)
{
	const struct script_reading *reading = script->reading;
	const char *taken = "";

	if (!reading->handles) {
		/* Not that there always is something to run. */
		if (reading->doubt == NULL && script->prereqs.count == 0)
			return;
		if (script->prereqs.count > 0)
			taken = arena_printf(
				checker->arena, "; what it printed was taken for %zu prereqs: %s",
				script->prereqs.count, prereq_list(checker->arena, script));
		diag_report(checker->diag, DIAG_NO_PREREQS_HANDLER, reading->begin, NULL,
			    "%s never looks at its argument: asked for its prereqs it runs all of "
			    "this, on the machine that builds the image%s",
			    script->name, taken);
		return;
	}
	if (reading->doubt == NULL)
		return;
	diag_report(checker->diag, DIAG_COMPUTED_PREREQS, reading->doubt_span, NULL,
		    "%s computes its prereqs; here they are: %s", script->name,
		    script->prereqs.count > 0 ? prereq_list(checker->arena, script) : "none");
}

/* --- prereqs that name nobody ---------------------------------------------------------------- */

/* The other phases of this tree that have a script of this name. */
static const char *phases_with(struct checker *checker, const char *name,
			       const struct phase **ret_first)
{
	const char *list = "";

	*ret_first = NULL;
	for (size_t i = 0; i < checker->tree->phases.count; i++) {
		const struct phase *phase = &checker->tree->phases.item[i];
		const struct script *script = phase_script(phase, name);

		/* A boot script cannot wait for a hook, nor a hook for a boot script. */
		if (phase == checker->phase || phase->hooks != checker->phase->hooks ||
		    script == NULL || script->skip != SKIP_NOT)
			continue;
		if (*ret_first == NULL)
			*ret_first = phase;
		list = listed(checker->arena, list, phase->name);
	}
	return list;
}

/* The releases that may be meant. */
static unsigned wanted_releases(const struct checker *checker)
{
	return checker->tree->releases != 0 ? checker->tree->releases : RELEASES_ALL;
}

/* "init-top, init-bottom (package udev)": in which other phases Debian has the name. */
static const char *release_phases_with(struct checker *checker, const char *name)
{
	const struct release_name *row = NULL;
	const char *list = "", *packages = "";

	while ((row = release_name_next(name, row)) != NULL) {
		if ((strncmp(row->phase, "hooks", 5) == 0) != checker->phase->hooks ||
		    (row->releases & wanted_releases(checker)) == 0)
			continue;
		list = listed(checker->arena, list, row->phase);
		if (strcmp(packages, row->packages) != 0)
			packages = listed(checker->arena, packages, row->packages);
	}
	return *list == '\0' ? NULL
			     : arena_printf(checker->arena, "%s (package %s)", list, packages);
}

static const char *nearest_script(struct checker *checker, const char *name)
{
	VEC(const char *) names = {0};

	for (size_t i = 0; i < checker->phase->scripts.count; i++)
		vec_push(checker->arena, &names, checker->phase->scripts.item[i]->name);
	return diag_nearest(name, names.item, names.count);
}

/* What Debian has of a name that nobody has here. */
static const char *release_place(struct checker *checker, const char *name)
{
	const struct release_name *row = release_name_find(checker->phase->name, name);
	const char *where = release_phases_with(checker, name), *other = "";
	const char *debian =
		checker->tree->releases != 0 ? release_string(checker->tree->releases) : "Debian";

	/* Where it is dropped or not yet there, that other release is what the author knew. */
	if (row != NULL && (row->releases & wanted_releases(checker)) == 0)
		other = arena_printf(checker->arena, "; only %s has it here, in package %s",
				     release_string(row->releases), row->packages);
	where = where == NULL ? arena_printf(checker->arena,
					     ", nor of any other phase, here or in %s", debian)
			      : arena_printf(checker->arena, "; %s has it in %s", debian, where);
	return arena_printf(checker->arena, "%s%s", where, other);
}

static void report_dangling(struct checker *checker, const struct script *script,
			    const struct prereq *prereq)
{
	const char *phase = checker->phase->name, *where, *hint = NULL, *nearest;
	const struct phase *first;

	where = phases_with(checker, prereq->name, &first);
	if (first != NULL) {
		/* phases are in boot order */
		if (first < checker->phase)
			hint = arena_printf(checker->arena,
					    "leave it out: %s is over before %s begins",
					    first->name, phase);
		where = arena_printf(checker->arena, ", but of %s", where);
	} else {
		nearest = nearest_script(checker, prereq->name);
		if (nearest != NULL)
			hint = arena_printf(checker->arena, "did you mean \"%s\"?", nearest);
		where = release_place(checker, prereq->name);
	}
	diag_report(checker->diag, DIAG_DANGLING_PREREQ, prereq->span, hint,
		    "%s waits for \"%s\", which is no script of %s%s", script->name, prereq->name,
		    phase, where);
}

static void check_prereq(struct checker *checker, const struct script *script,
			 const struct prereq *prereq)
{
	const struct script *other = phase_script(checker->phase, prereq->name);
	const struct release_name *row;

	if (other != NULL && other->skip == SKIP_NOT)
		return;
	if (phase_has_file(checker->tree, checker->phase, prereq->name)) {
		diag_report(checker->diag, DIAG_SKIPPED_PREREQ, prereq->span, NULL,
			    strchr(prereq->name, '/') != NULL
				    ? "%s waits for \"%s\", which is no name but a path, and "
				      "mkinitramfs runs that file in its turn"
				    : "%s waits for \"%s\", which mkinitramfs leaves out, but runs "
				      "in its turn because its name is here",
			    script->name, prereq->name);
		return;
	}
	row = release_name_find(checker->phase->name, prereq->name);
	if (row == NULL || other != NULL || (row->releases & wanted_releases(checker)) == 0) {
		report_dangling(checker, script, prereq);
		return;
	}
	diag_report(checker->diag, DIAG_ABSENT_PREREQ, prereq->span, NULL,
		    "%s waits for \"%s\", which is not here; it comes with package %s in %s",
		    script->name, prereq->name, row->packages, release_string(row->releases));
}

static void check_prereqs(struct checker *checker, const struct script *script)
{
	/* What a body prints is not meant, and one finding about it is enough. */
	if (!script->reading->handles)
		return;
	for (size_t i = 0; i < script->prereqs.count; i++)
		check_prereq(checker, script, &script->prereqs.item[i]);
}

/* --- all of it ------------------------------------------------------------------------------- */

static void check_masks(struct checker *checker)
{
	for (size_t i = 0; i < checker->tree->masks.count; i++) {
		const struct void_mask *mask = &checker->tree->masks.item[i];

		diag_report(checker->diag, DIAG_MASK_WITHOUT_EFFECT, mask->mask, NULL,
			    "%s stays as it is: %s", mask->masked, mask->why);
	}
}

void check_script_files(const struct script_tree *tree, struct diag *diag)
{
	struct checker checker = {.arena = tree->arena, .diag = diag, .tree = tree};

	for (size_t i = 0; i < tree->phases.count; i++) {
		checker.phase = &tree->phases.item[i];
		for (size_t j = 0; j < checker.phase->scripts.count; j++) {
			const struct script *script = checker.phase->scripts.item[j];

			if (script->skip != SKIP_NOT) {
				check_skipped(&checker, script);
			} else if (script->reading != NULL) {
				check_handler(&checker, script);
				check_prereqs(&checker, script);
			}
		}
	}
	check_masks(&checker);
}
