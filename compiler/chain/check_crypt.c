/* crypttab(5) against what the devices are. */
#include "check.h"
#include "name.h"

#include <string.h>

static bool contains(const struct facts_device *device, const char *slave)
{
	for (size_t i = 0; i < device->slaves.count; i++)
		if (strcmp(device->slaves.item[i], slave) == 0)
			return true;
	return false;
}

static bool is_crypt(const struct facts_device *device)
{
	return device->dm != NULL && device->dm->uuid != NULL &&
	       strncmp(device->dm->uuid, "CRYPT-", 6) == 0;
}

/* Whether the source is no device but will be one, or is a file. */
static bool comes_later(const struct chain_checker *checker, const char *source)
{
	const char *mapping = name_of_mapping(checker->arena, source), *group, *volume;
	const char *array = name_of_array(checker->arena, source);

	if (strncmp(source, "/dev/", 5) != 0 && source[0] == '/')
		return true;
	for (size_t i = 0; mapping != NULL && i < checker->model->crypttab.count; i++)
		if (strcmp(checker->model->crypttab.item[i].target.text, mapping) == 0)
			return true;
	for (size_t i = 0; array != NULL && i < checker->model->arrays.count; i++) {
		struct word device = checker->model->arrays.item[i].device;
		const char *name =
			device.text != NULL ? name_of_array(checker->arena, device.text) : NULL;

		if (name != NULL && strcmp(name, array) == 0)
			return true;
	}
	return name_of_volume(checker->arena, source, &group, &volume) &&
	       facts_group(checker->chain->facts, group) != NULL;
}

/* What a row that has no other kind's option is: LUKS, or BitLocker if it is found to be that. */
static bool expects_luks(const struct crypttab_row *row)
{
	static const enum crypttab_option_id others[] = {
		CRYPTTAB_PLAIN, CRYPTTAB_TCRYPT, CRYPTTAB_BITLK, CRYPTTAB_FVAULT2,
		CRYPTTAB_SWAP,	CRYPTTAB_TMP,	 CRYPTTAB_HEADER};

	for (size_t i = 0; i < sizeof others / sizeof *others; i++)
		if (crypttab_find(row, others[i]) != NULL)
			return false;
	return true;
}

static void check_type(const struct chain_checker *checker, const struct crypttab_row *row,
		       const struct facts_device *source)
{
	const char *type = facts_property(source, "ID_FS_TYPE");

	if (type == NULL || !expects_luks(row) || strcmp(type, "crypto_LUKS") == 0 ||
	    strcmp(type, "BitLocker") == 0)
		return;
	diag_report(checker->diag, DIAG_CRYPTTAB_NOT_LUKS, row->source.span, NULL,
		    "%s is no LUKS device: %s holds %s", row->source.text,
		    facts_path(checker->arena, source), type);
}

/* Who has the source open, and what the target is open on. */
static void check_open(const struct chain_checker *checker, const struct crypttab_row *row,
		       const struct facts_device *source)
{
	const struct facts *facts = checker->chain->facts;

	for (size_t i = 0; i < facts->devices.count; i++) {
		const struct facts_device *device = &facts->devices.item[i];
		bool ours, on_source;

		if (!is_crypt(device))
			continue;
		ours = strcmp(device->dm->name, row->target.text) == 0;
		on_source = contains(device, source->name);
		if (on_source && !ours)
			diag_report(checker->diag, DIAG_CRYPTTAB_WRONG_DEVICE, row->source.span,
				    NULL, "%s is %s, which is open as %s, not as %s",
				    row->source.text, facts_path(checker->arena, source),
				    device->dm->name, row->target.text);
		if (ours && !on_source && device->slaves.count > 0)
			diag_report(checker->diag, DIAG_CRYPTTAB_WRONG_DEVICE, row->source.span,
				    NULL, "%s is %s, but %s is open on /dev/%s", row->source.text,
				    facts_path(checker->arena, source), row->target.text,
				    device->slaves.item[0]);
	}
}

static bool is_reported(const struct chain_checker *checker, const struct crypttab_row *row)
{
	const struct chain *chain = checker->chain;

	for (uint32_t i = 0; i < chain->links.count; i++) {
		const char *goal;

		if (chain->links.item[i].crypt != row)
			continue;
		goal = chain_needed_by(chain, i);
		return goal != NULL && strcmp(goal, "resume") != 0;
	}
	return false;
}

void chain_check_crypttab(const struct chain_checker *checker)
{
	for (size_t i = 0; i < checker->model->crypttab.count; i++) {
		const struct crypttab_row *row = &checker->model->crypttab.item[i];
		const struct facts_device *source =
			facts_resolve(checker->chain->facts, row->source.text);

		if (source != NULL) {
			check_type(checker, row, source);
			check_open(checker, row, source);
		} else if (crypttab_find(row, CRYPTTAB_NOAUTO) == NULL &&
			   !is_reported(checker, row) && !comes_later(checker, row->source.text)) {
			diag_report(checker->diag, DIAG_CRYPTTAB_SOURCE_ABSENT, row->source.span,
				    NULL, "%s: no device of the facts is %s", row->target.text,
				    row->source.text);
		}
	}
}
