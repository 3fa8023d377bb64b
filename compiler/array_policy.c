#include "array_policy.h"

#include <ctype.h>
#include <string.h>

#include "chain.h"

/* --- names ------------------------------------------------------------------ */

const char *array_path(const struct facts_device *device)
{
	for (size_t i = 0; i < device->links.count; i++)
		if (strncmp(device->links.item[i], "/dev/md/", 8) == 0)
			return device->links.item[i];
	return NULL;
}

struct array_names array_names_of(const struct md_array *line, const struct facts_md *seen,
				  const char *path)
{
	return (struct array_names){
		{line != NULL ? line->device.text : NULL, line != NULL ? line->name.text : NULL,
		 line != NULL ? line->uuid.text : NULL, path, seen != NULL ? seen->name : NULL}};
}

static bool is_named(const char *name, const char *written)
{
	char uuid[MD_UUID_SIZE], other[MD_UUID_SIZE];
	const char *colon = strchr(name, ':');

	if (strcmp(md_short_name(name), md_short_name(written)) == 0)
		return true;
	if (md_uuid(name, uuid) && md_uuid(written, other))
		return strcmp(uuid, other) == 0;
	return colon != NULL && strcmp(colon + 1, written) == 0; /* without the host */
}

static bool has_name(const struct array_names *names, const char *written)
{
	for (size_t i = 0; i < ARRAY_NAMES_MAX; i++)
		if (names->item[i] != NULL && is_named(names->item[i], written))
			return true;
	return false;
}

/* --- the policy --------------------------------------------------------------- */

bool array_policy(const struct model *model, const struct array_names *names,
		  struct word *ret_policy)
{
	static const char *const words[] = {
		[DEGRADED_YES] = "yes", [DEGRADED_NO] = "no", [DEGRADED_ASK] = "ask"};
	const choice_list *choices = &model->settings.degraded;

	for (size_t i = 0; i < choices->count; i++) {
		const struct named_choice *choice = &choices->item[i];

		if (!has_name(names, choice->name.text))
			continue;
		*ret_policy = (struct word){words[choice->choice], choice->name.span};
		return true;
	}
	return false;
}

/* --- names that nobody has ------------------------------------------------------ */

static bool is_declared(const struct model *model, const char *written)
{
	for (size_t i = 0; i < model->arrays.count; i++) {
		struct array_names names = array_names_of(&model->arrays.item[i], NULL, NULL);

		if (has_name(&names, written))
			return true;
	}
	return false;
}

static bool is_seen(const struct facts *facts, const char *written)
{
	for (size_t i = 0; facts != NULL && i < facts->devices.count; i++) {
		const struct facts_device *device = &facts->devices.item[i];
		struct array_names names;

		if (device->md == NULL)
			continue;
		names = array_names_of(NULL, device->md, array_path(device));
		if (has_name(&names, written))
			return true;
	}
	return false;
}

void array_policy_check(const struct model *model, struct diag *diag)
{
	const choice_list *choices = &model->settings.degraded;

	for (size_t i = 0; i < choices->count; i++) {
		struct word name = choices->item[i].name;

		if (!is_declared(model, name.text) && !is_seen(model->chain->facts, name.text))
			diag_report(diag, DIAG_DEGRADED_UNKNOWN, name.span, NULL,
				    "no array is called %s", name.text);
	}
}
