/* What the boot stands on, and the scripts that set it up: whether they are there, and whether they
 * get the time for it. For a machine that boots by initramfs-tools (0.142: init, scripts/local). */
#include "findings.h"

#include <stdlib.h>
#include <string.h>

#include "uses.h"

enum { ROOT_WAIT = 30 }; /* seconds; scripts/local, local_device_setup */

struct storage_checker {
	const struct script_tree *tree;
	const struct chain *chain;
	const struct model *model;
	struct diag *diag;
};

static const char *goal_of(const struct storage_checker *checker, uint32_t link)
{
	const char *goal = chain_needed_by(checker->chain, link);

	return goal != NULL ? goal : "crypttab (option initramfs)";
}

/* --- packages ------------------------------------------------------------- */

static const struct {
	enum link_kind kind;
	const char *phase, *script, *package, *does;
} helpers[] = {
	{LINK_CRYPT, "local-top", "cryptroot", "cryptsetup-initramfs", "opens it"},
	{LINK_MD, "local-block", "mdadm", "mdadm", "starts it when a member is missing"},
	{LINK_LV, "hooks", "lvm2", "lvm2", "activates it"},
	{LINK_BCACHE, "hooks", "bcache", "bcache-tools", "registers its parts"},
};

static bool counts(const struct script_tree *tree, const char *phase, const char *name)
{
	const struct phase *found = script_tree_phase(tree, phase);
	const struct script *script = found != NULL ? phase_script(found, name) : NULL;

	return script != NULL && script->skip == SKIP_NOT;
}

/* Said of the first link of a kind: one package is missing, however many devices need it. */
static void check_packages(const struct storage_checker *checker)
{
	const struct chain *chain = checker->chain;

	for (size_t i = 0; i < sizeof helpers / sizeof *helpers; i++) {
		uint32_t at = 0;

		while (at < chain->links.count && chain->links.item[at].kind != helpers[i].kind)
			at++;
		if (at == chain->links.count ||
		    counts(checker->tree, helpers[i].phase, helpers[i].script))
			continue;
		diag_report(
			checker->diag, DIAG_MISSING_PACKAGE, chain->links.item[at].span,
			arena_printf(chain->arena, "it comes with package %s", helpers[i].package),
			"%s needs the %s %s, and initramfs-tools has no %s/%s, which %s",
			goal_of(checker, at), link_kind_name(helpers[i].kind),
			chain->links.item[at].name, helpers[i].phase, helpers[i].script,
			helpers[i].does);
	}
}

/* --- the last look -------------------------------------------------------- */

/* Something that somebody has to set up on an array, once that runs: NO_LINK if nothing is. */
static uint32_t stacked_on_array(const struct chain *chain, uint32_t *ret_array)
{
	for (uint32_t array = 0; array < chain->links.count; array++)
		for (uint32_t i = array + 1;
		     chain->links.item[array].kind == LINK_MD && i < chain->links.count; i++) {
			enum link_kind kind = chain->links.item[i].kind;

			*ret_array = array;
			if ((kind == LINK_CRYPT || kind == LINK_LV) &&
			    chain_stands_on(chain, i, array))
				return i;
		}
	return NO_LINK;
}

/* The longest wait between init's note of the time and the first look for the root, if it takes all
 * the time there is. */
static const struct script_use *longest_wait(const struct storage_checker *checker,
					     const char **ret_script)
{
	static const char *const phases[] = {"init-premount", "local-top", "local-premount"};
	const struct script_use *longest = NULL;
	unsigned long most = ROOT_WAIT - 1;

	for (size_t i = 0; i < sizeof phases / sizeof *phases; i++) {
		const struct phase *phase = script_tree_phase(checker->tree, phases[i]);

		for (size_t j = 0; phase != NULL && j < phase->scripts.count; j++) {
			const struct script *script = phase->scripts.item[j];
			const struct script_uses *uses =
				script->skip == SKIP_NOT ? script_uses_read(checker->tree->arena,
									    phase->name, script)
							 : NULL;
			const struct script_use *use =
				uses != NULL ? script_longest_wait(uses) : NULL;

			if (use == NULL || strtoul(use->name, NULL, 10) <= most)
				continue;
			most = strtoul(use->name, NULL, 10);
			longest = use;
			*ret_script = arena_printf(checker->tree->arena, "%s/%s", phase->name,
						   script->name);
		}
	}
	return longest;
}

static void note_stack(const struct storage_checker *checker, uint32_t array, uint32_t on_it)
{
	const struct chain_link *links = checker->chain->links.item;

	diag_note(checker->diag, links[on_it].span, "%s needs the %s %s, which is on %s",
		  goal_of(checker, on_it), link_kind_name(links[on_it].kind), links[on_it].name,
		  links[array].name);
}

/* An array that lacks a member is started at two thirds of the time, in the course of one look for
 * the root if that time is over when the looking begins. Then there is no second look, in which
 * what is on the array could be opened. */
static void check_last_look(const struct storage_checker *checker)
{
	struct word delay = chain_parameter(checker->model, PARAMETER_ROOTDELAY);
	const struct script_use *wait;
	const char *script = NULL;
	uint32_t array, on_it = stacked_on_array(checker->chain, &array);

	if (on_it == NO_LINK || !counts(checker->tree, "local-block", "mdadm"))
		return;
	if (delay.text != NULL && strtod(delay.text, NULL) >= ROOT_WAIT) {
		diag_report(checker->diag, DIAG_ARRAY_LAST_LOOK, delay.span,
			    "leave it out: the wait is 30 s without it",
			    "initramfs-tools sleeps these %s s, then looks for the root once: if "
			    "%s lacks a member, it is started too late for what is on it",
			    delay.text, checker->chain->links.item[array].name);
		note_stack(checker, array, on_it);
		return;
	}
	wait = longest_wait(checker, &script);
	if (wait == NULL)
		return;
	diag_report(checker->diag, DIAG_ARRAY_LAST_LOOK, wait->span, NULL,
		    "%s may wait %s s, and after %d s the root is looked for once: if %s lacks a "
		    "member, it is started too late for what is on it",
		    script, wait->name, ROOT_WAIT, checker->chain->links.item[array].name);
	note_stack(checker, array, on_it);
}

void check_script_storage(const struct script_tree *tree, const struct chain *chain,
			  const struct model *model, struct diag *diag)
{
	const struct storage_checker checker = {tree, chain, model, diag};

	/* A package's own tree is no machine. */
	if (script_tree_image(tree, "local") == NULL)
		return;
	check_packages(&checker);
	check_last_look(&checker);
}
