/* for-each: array - the arrays that have to run before the handoff, as mdadm.conf(5) and the facts
 * have them. */
#include "rows.h"

#include <stdlib.h>
#include <string.h>

#include "array_policy.h"
#include "chain.h"
#include "source/initramfs_conf.h"

/* An array from its line, from what it was seen to be, or from both. */
struct source {
	const struct md_array *line;
	const struct facts_md *seen;
	const char *path;   /* below /dev/md, as it was seen, or NULL */
	const char *kernel; /* "md127", as it was seen, or NULL */
	struct span span;
};

static struct word given(struct word word, struct span otherwise)
{
	return word.text != NULL ? word : (struct word){"", otherwise};
}

/* --- what it is called ------------------------------------------------------ */

static const char *without_host(const char *name)
{
	const char *colon = strchr(name, ':');

	return colon != NULL ? colon + 1 : name;
}

static struct word name_of(const struct source *source)
{
	struct word name = {"", source->span}, device = {NULL, source->span};
	const char *slash;

	if (source->line != NULL && source->line->name.text != NULL)
		return source->line->name;
	if (source->line != NULL && source->line->device.text != NULL)
		device = source->line->device;
	else if (source->path != NULL)
		device.text = source->path;
	else if (source->seen != NULL && source->seen->name != NULL)
		device.text = without_host(source->seen->name);
	else
		device.text = source->kernel;
	if (device.text == NULL)
		return name;
	slash = strrchr(device.text, '/');
	name = device;
	name.text = slash != NULL ? slash + 1 : device.text;
	return name;
}

/* With the hyphens that ID_FS_UUID has; NULL if it is not known. */
static const char *uuid_of(struct arena *arena, const struct source *source)
{
	const char *text = source->line != NULL ? source->line->uuid.text : NULL;
	char digits[MD_UUID_SIZE];

	if (text == NULL && source->seen != NULL)
		text = source->seen->uuid;
	if (text == NULL || !md_uuid(text, digits))
		return NULL;
	return arena_printf(arena, "%.8s-%.4s-%.4s-%.4s-%s", digits, digits + 8, digits + 12,
			    digits + 16, digits + 20);
}

/* A name without a host is of this one (mdadm.conf(5), HOMEHOST), if it has a name. */
static const char *set_by_name(struct arena *arena, const struct md_settings *md, const char *name)
{
	const char *host = md->homehost.text;

	if (host == NULL || strcasecmp(host, "<system>") == 0)
		host = md->hostname.text;
	if (host == NULL || *host == '<' || strchr(name, ':') != NULL)
		return arena_printf(arena, "md:%s", name);
	return arena_printf(arena, "md:%s:%s", host, name);
}

/* By its place in a container, which is another name of the set (runtime/probe/container.h). */
static const char *set_by_place(const struct model *model, const struct md_array *line)
{
	const char *container = md_container(model, line);

	return container != NULL
		       ? arena_printf(model->arena, "md:%s/%s", container, line->member.text)
		       : NULL;
}

/* The set that its members say they belong to; "" if only devices= says which, or the path of a
 * container that no line is about. */
static struct word set_of(const struct model *model, const struct source *source)
{
	const char *uuid = uuid_of(model->arena, source);
	const struct md_array *line = source->line;

	if (uuid != NULL)
		return (struct word){arena_printf(model->arena, "md:%s", uuid),
				     line != NULL && line->uuid.text != NULL ? line->uuid.span
									     : source->span};
	if (line != NULL && line->name.text != NULL)
		return (struct word){set_by_name(model->arena, &model->md, line->name.text),
				     line->name.span};
	if (line != NULL && set_by_place(model, line) != NULL)
		return (struct word){set_by_place(model, line), line->container.span};
	if (line != NULL && line->super_minor.text != NULL)
		return (struct word){
			arena_printf(model->arena, "md:super-minor=%s", line->super_minor.text),
			line->super_minor.span};
	return (struct word){"", source->span};
}

/* Metadata that the kernel does not know, but mdadm does. */
static bool is_foreign(const char *metadata)
{
	return metadata != NULL &&
	       (strcasecmp(metadata, "imsm") == 0 || strcasecmp(metadata, "ddf") == 0);
}

/* A container itself: nothing that could be mounted, and put together with its volumes. */
static bool is_container(const struct source *source)
{
	return source->line != NULL && source->line->container.text == NULL &&
	       is_foreign(source->line->metadata.text);
}

/* A volume in one: "external:/md127/0", while it runs. */
static bool is_contained(const struct source *source)
{
	return (source->line != NULL && source->line->container.text != NULL) ||
	       (source->seen != NULL && source->seen->metadata != NULL &&
		strncmp(source->seen->metadata, "external:", 9) == 0);
}

/* The path that mdadm would give it. */
static struct word device_of(struct arena *arena, const struct source *source)
{
	struct word device = name_of(source);

	if (source->line != NULL && source->line->device.text != NULL)
		device = source->line->device;
	else if (source->path != NULL)
		device.text = source->path;
	if (device.text[0] == '/')
		return device;
	device.text = without_host(device.text);
	if (device.text[0] == '\0' && uuid_of(arena, source) != NULL)
		device.text = uuid_of(arena, source);
	device.text = arena_printf(arena, "/dev/md/%s", device.text);
	return device;
}

/* --- what it needs ---------------------------------------------------------- */

/* mdadm's words for levels, and sysfs's. */
static const char *module_of(const struct source *source)
{
	static const struct {
		const char *level, *module;
	} table[] = {{"linear", "linear"}, {"raid0", "raid0"},	 {"stripe", "raid0"},
		     {"raid1", "raid1"},   {"mirror", "raid1"},	 {"raid4", "raid456"},
		     {"raid5", "raid456"}, {"raid6", "raid456"}, {"raid10", "raid10"}};
	const char *level = source->line != NULL ? source->line->level.text : NULL;

	if (level == NULL && source->seen != NULL)
		level = source->seen->level;
	for (size_t i = 0; level != NULL && i < sizeof table / sizeof table[0]; i++)
		if (strcmp(table[i].level, level) == 0 ||
		    strcmp(table[i].level + strcspn(table[i].level, "0123456789"), level) == 0)
			return table[i].module;
	return "";
}

/* bootgraph.conf, else what Debian's mdadm package asks at its installation. */
static struct word policy_of(const struct model *model, const struct source *source)
{
	struct array_names names = array_names_of(source->line, source->seen, source->path);
	const struct word *answer = initramfs_conf_value(model, "BOOT_DEGRADED");
	bool no = answer != NULL && answer->text != NULL &&
		  (strcasecmp(answer->text, "false") == 0 || strcasecmp(answer->text, "no") == 0);
	struct word policy;

	if (array_policy(model, &names, &policy))
		return policy;
	return (struct word){no ? "no" : "yes", answer != NULL ? answer->span : source->span};
}

static struct word join_devices(struct arena *arena, const struct source *source)
{
	struct word joined = {"", source->span};

	for (size_t i = 0; source->line != NULL && i < source->line->devices.count; i++)
		joined.text = arena_printf(arena, "%s%s%s", joined.text, i > 0 ? "," : "",
					   source->line->devices.item[i].text);
	return joined;
}

/* --- rows ------------------------------------------------------------------- */

static void add_row(const struct model *model, row_list *rows, const struct source *source,
		    bool only_contained)
{
	static const struct md_array none;
	const struct md_array *line = source->line != NULL ? source->line : &none;
	const char *module = module_of(source);
	struct word uuid = given(line->uuid, source->span), personality = {module, source->span},
		    modules = personality;

	if (is_container(source) || (only_contained && !is_contained(source)))
		return;
	if (uuid.text[0] == '\0' && source->seen != NULL && source->seen->uuid != NULL)
		uuid.text = source->seen->uuid;
	if (*module == '\0')
		modules.text = "raid1 raid0 raid10 raid456";
	vec_push(model->arena, rows,
		 ((struct row){{{"name", name_of(source)},
				{"device", device_of(model->arena, source)},
				{"uuid", uuid},
				{"metadata", given(line->metadata, source->span)},
				{"devices", join_devices(model->arena, source)},
				{"set", set_of(model, source)},
				{"policy", policy_of(model, source)},
				{"module", personality},
				{"modules", modules}}}));
}

void rows_add_arrays(const struct model *model, row_list *rows, bool only_contained)
{
	const struct chain *chain = model->chain;

	for (size_t i = 0; i < chain->links.count; i++) {
		const struct chain_link *link = &chain->links.item[i];
		struct source source = {.line = link->array, .span = link->span};

		if (link->kind == LINK_MD && link->device != NULL && link->device->md != NULL) {
			source.seen = link->device->md;
			source.path = array_path(link->device);
			source.kernel = link->device->name;
		}
		if (source.line != NULL)
			source.span = source.line->span;
		if (source.line != NULL || source.seen != NULL)
			add_row(model, rows, &source, only_contained);
	}
	for (size_t i = 0; chain_is_open(chain) && i < model->arrays.count; i++) {
		struct source source = {.line = &model->arrays.item[i],
					.span = model->arrays.item[i].span};

		if (!source.line->ignored && !chain_has_array(chain, source.line))
			add_row(model, rows, &source, only_contained);
	}
}
