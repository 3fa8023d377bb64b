/* Rows for btrfs: / and /usr, where it is known before the boot which btrfs they are on. */
#include "rows.h"

#include <ctype.h>
#include <string.h>

#include "../runtime/core/device_ref.h"
#include "chain.h"

static const struct facts_device *find_device(const struct model *model,
					      const struct fstab_row *line)
{
	const struct facts *facts = model->chain->facts;

	return facts != NULL ? facts_resolve(facts, line->source.text) : NULL;
}

static bool is_btrfs(const struct fstab_row *line, const struct facts_device *device)
{
	const char *type = device != NULL ? facts_property(device, "ID_FS_TYPE") : NULL;

	if (strcmp(line->type.text, "btrfs") == 0)
		return true;
	return strcmp(line->type.text, "auto") == 0 && type != NULL && strcmp(type, "btrfs") == 0;
}

static const char *lower_case(struct arena *arena, const char *text)
{
	char *copy = arena_strndup(arena, text, strlen(text));

	for (char *at = copy; *at != '\0'; at++)
		*at = (char)tolower((unsigned char)*at);
	return copy;
}

/* How the probe child names the set: by its UUID, or its label (runtime/probe/btrfs.h). NULL: by
 * neither. */
static const char *find_set(const struct model *model, const struct fstab_row *line,
			    const struct facts_device *device)
{
	const char *uuid = device != NULL ? facts_property(device, "ID_FS_UUID") : NULL;
	struct device_ref ref;
	const char *text;

	device_ref_parse(line->source.text, &ref);
	text = arena_strndup(model->arena, ref.text, ref.length);
	if (ref.kind == REF_UUID && !ref.escaped)
		uuid = text;
	if (uuid != NULL)
		return arena_printf(model->arena, "btrfs:%s", lower_case(model->arena, uuid));
	return ref.kind == REF_LABEL && !ref.escaped
		       ? arena_printf(model->arena, "btrfs:label:%s", text)
		       : NULL;
}

static bool has_option(const char *options, const char *option)
{
	size_t length = strlen(option);

	for (; options != NULL && *options != '\0'; options += *options == ',') {
		if (strncmp(options, option, length) == 0 &&
		    (options[length] == ',' || options[length] == '\0'))
			return true;
		options += strcspn(options, ",");
	}
	return false;
}

static void add_row(const struct model *model, row_list *rows, const char *where, const char *name)
{
	const struct fstab_row *line = rows_find_fstab(model, where);
	const struct facts_device *device = line != NULL ? find_device(model, line) : NULL;
	const char *flags = chain_parameter(model, PARAMETER_ROOTFLAGS).text, *set;
	const char *uuid = device != NULL ? facts_property(device, "ID_FS_UUID") : NULL;
	struct span span;
	struct row row;

	if (line == NULL || !is_btrfs(line, device))
		return;
	set = find_set(model, line, device);
	if (set == NULL)
		return;
	span = line->source.span;
	row = (struct row){
		{{"name", {name, span}},
		 {"where", line->where},
		 {"set", {set, span}},
		 {"source", line->source},
		 /* How a boot loader's configuration names it otherwise. */
		 {"other",
		  {uuid != NULL ? arena_printf(model->arena, "UUID=%s", uuid) : line->source.text,
		   span}},
		 {"elsewhere",
		  {strcmp(name, "root") == 0 ? "root-is-elsewhere@root" : "permit-btrfs@usr",
		   span}},
		 /* They are about / only. */
		 {"permitting-flags",
		  {strcmp(name, "root") == 0 ? "degraded" : "none are for /usr", span}},
		 {"mount", {arena_printf(model->arena, "mount-%s", name), span}},
		 /* Who mounts with this option says that it may be. */
		 {"policy",
		  {has_option(line->options.text, "degraded") || has_option(flags, "degraded")
			   ? "yes"
			   : "ask",
		   span}}}};
	vec_push(model->arena, rows, row);
}

void rows_add_btrfs(const struct model *model, row_list *rows)
{
	add_row(model, rows, "/", "root");
	add_row(model, rows, "/usr", "usr");
}
