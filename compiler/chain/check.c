#include "check.h"
#include "../../runtime/core/device_ref.h"

#include <stdlib.h>
#include <string.h>

const char *chain_needed_by(const struct chain *chain, uint32_t link)
{
	const struct {
		uint32_t link;
		const char *name;
	} goals[] = {{chain->root, "/"}, {chain->usr, "/usr"}, {chain->resume, "resume"}};

	for (size_t i = 0; i < sizeof goals / sizeof *goals; i++)
		if (goals[i].link != NO_LINK && chain_stands_on(chain, goals[i].link, link))
			return goals[i].name;
	return NULL;
}

/* --- circles -------------------------------------------------------------- */

/* Whether only lines of crypttab stand on each other. */
static bool is_of_crypttab(const struct chain_circle *circle)
{
	for (size_t i = 0; i < circle->path.count; i++)
		if (circle->path.item[i].span.text == NULL ||
		    strcmp(circle->path.item[i].span.text->name, "etc/crypttab") != 0)
			return false;
	return true;
}

static void check_circles(const struct chain_checker *checker)
{
	for (size_t i = 0; i < checker->chain->circles.count; i++) {
		const struct chain_circle *circle = &checker->chain->circles.item[i];
		const struct word *first = &circle->path.item[0];

		if (is_of_crypttab(circle))
			continue; /* crypttab's own check has said so */
		diag_report(checker->diag, DIAG_CHAIN_CYCLE, first->span, NULL,
			    "%s stands on itself", first->text);
		for (size_t k = 0; k < circle->path.count; k++) {
			struct word next = circle->path.item[(k + 1) % circle->path.count];

			diag_note(checker->diag, next.span, "%s stands on %s",
				  circle->path.item[k].text, next.text);
		}
	}
}

/* --- what only the boot can find out -------------------------------------- */

/* The first thing below a link of which nothing says what it is made of. */
static const struct chain_link *find_unknown(const struct chain *chain, uint32_t goal)
{
	for (uint32_t i = goal + 1; i-- > 0;)
		if (!chain->links.item[i].known && chain->links.item[i].kind != LINK_FS &&
		    chain_stands_on(chain, goal, i))
			return &chain->links.item[i];
	return NULL;
}

static bool is_name(const struct device_ref *ref, const char *name)
{
	return strlen(name) == ref->length && memcmp(name, ref->text, ref->length) == 0;
}

/* Whether a table says what a mapping is: then it is no volume. */
static bool is_declared(const struct model *model, const struct device_ref *ref)
{
	for (size_t i = 0; i < model->crypttab.count; i++)
		if (is_name(ref, model->crypttab.item[i].target.text))
			return true;
	for (size_t i = 0; i < model->mappings.count; i++)
		if (is_name(ref, model->mappings.item[i].name.text))
			return true;
	return is_name(ref, "root") && chain_parameter(model, PARAMETER_ROOTHASH).text != NULL;
}

/* The first file system or swap of fstab that is named as a mapping, if it is not crypttab's, or as
 * a volume. */
static const struct fstab_row *find_mapping(const struct model *model)
{
	for (size_t i = 0; i < model->fstab.count; i++) {
		struct device_ref ref;

		device_ref_parse(model->fstab.item[i].source.text, &ref);
		if ((ref.kind == REF_MAPPER && !is_declared(model, &ref)) ||
		    (ref.kind == REF_NAME && memchr(ref.text, '/', ref.length)))
			return &model->fstab.item[i];
	}
	return NULL;
}

/* A tag or a kernel name, on a machine that declares neither mappings nor arrays: most likely a
 * partition. To remark on that would be to remark on every machine. */
static bool is_likely_plain(const struct chain_checker *checker, const struct chain_link *link)
{
	struct device_ref ref;

	device_ref_parse(link->name, &ref);
	return checker->model->crypttab.count == 0 && checker->model->arrays.count == 0 &&
	       find_mapping(checker->model) == NULL && ref.kind != REF_MAPPER &&
	       ref.kind != REF_ARRAY &&
	       !(ref.kind == REF_NAME && memchr(ref.text, '/', ref.length));
}

static void check_unknown(const struct chain_checker *checker, uint32_t goal)
{
	const struct chain *chain = checker->chain;
	const struct fstab_row *mapping;
	const struct chain_link *link;

	/* What is in a circle is known well enough. */
	if (goal == NO_LINK || chain->facts != NULL || chain->circles.count > 0)
		return;
	link = find_unknown(chain, goal);
	if (link == NULL || is_likely_plain(checker, link))
		return;
	/* A volume that only its content names is activated by nobody. */
	mapping = link->kind == LINK_UNKNOWN ? find_mapping(checker->model) : NULL;
	diag_report(checker->diag, DIAG_UNKNOWN_PROVIDER, link->span,
		    mapping != NULL
			    ? "if it is on a logical volume, name that (/dev/VG/LV), or give "
			      "the facts: only then the boot activates it"
			    : NULL,
		    "%s needs %s %s, and without facts nothing says what that is made of",
		    chain->links.item[goal].name, link_kind_name(link->kind), link->name);
	if (mapping != NULL)
		diag_note(checker->diag, mapping->source.span, "%s is a mapping",
			  mapping->source.text);
}

/* --- root= and fstab ------------------------------------------------------ */

static void check_root(const struct chain_checker *checker)
{
	const struct facts *facts = checker->chain->facts;
	struct word root = chain_parameter(checker->model, PARAMETER_ROOT);
	const struct fstab_row *row =
		checker->chain->root != NO_LINK
			? checker->chain->links.item[checker->chain->root].mount
			: NULL;
	const struct facts_device *one, *other;

	if (facts == NULL || root.text == NULL || row == NULL)
		return;
	one = facts_resolve(facts, root.text);
	other = facts_resolve(facts, row->source.text);
	if (one == NULL || other == NULL || one == other)
		return;
	diag_report(checker->diag, DIAG_ROOT_DIFFERS, root.span, NULL,
		    "root= is %s, and etc/fstab has %s as /", facts_path(checker->arena, one),
		    facts_path(checker->arena, other));
	diag_note(checker->diag, row->source.span, "%s", row->source.text);
}

/* --- waits ---------------------------------------------------------------- */

enum { BUDGET_MIN = 30 }; /* seconds; specs/unit-spec.md */

static void check_delay(const struct chain_checker *checker)
{
	struct word delay = chain_parameter(checker->model, PARAMETER_ROOTDELAY);

	if (delay.text != NULL && strtod(delay.text, NULL) < BUDGET_MIN)
		diag_report(checker->diag, DIAG_ROOTDELAY_SHORT, delay.span, NULL,
			    "%s s is less than the %d s that every device has anyway", delay.text,
			    BUDGET_MIN);
}

void chain_check(const struct chain *chain, const struct model *model, struct diag *diag,
		 bool tell_unknown)
{
	struct chain_checker checker = {chain, model, chain->arena, diag};

	check_circles(&checker);
	check_root(&checker);
	check_delay(&checker);
	chain_check_resume(&checker);
	chain_check_redundancy(&checker);
	chain_check_device_timeouts(&checker);
	if (chain->facts != NULL) {
		chain_check_providers(&checker);
		chain_check_crypttab(&checker);
		chain_check_arrays(&checker);
		chain_check_imsm(&checker);
	}
	for (unsigned i = 0; tell_unknown && i < 3; i++)
		check_unknown(&checker,
			      (const uint32_t[]){chain->root, chain->usr, chain->resume}[i]);
}
