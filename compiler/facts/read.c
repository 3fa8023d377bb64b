/* Facts from a file. Members that are not known are passed over: other programs may add theirs, and
 * a later version what this one does not ask for. */
#include "facts.h"

#include <errno.h>
#include <fcntl.h>
#include <json-c/json.h>
#include <stdio.h>
#include <string.h>

#include "../source/text.h"

struct reader {
	struct arena *arena;
	struct diag *diag;
	const struct text *text;
	struct facts *facts;
	bool fine;
	size_t searched; /* spans were looked for up to here; the file has them in our order */
	bool lost;	 /* it is not written as we write it, so spans are not looked for */
};

/* An object of the file and where it is, for messages: "devices[3].array". */
struct place {
	json_object *object;
	const char *path;
};

void facts_add_alias(struct arena *arena, struct facts *facts, const char *alias)
{
	if (*alias == '\0')
		return;
	if (strncmp(alias, "cpu:", 4) == 0) {
		facts->cpu = arena_strdup(arena, alias);
		return;
	}
	for (size_t i = 0; i < facts->modalias.count; i++)
		if (strcmp(facts->modalias.item[i], alias) == 0)
			return;
	vec_push(arena, &facts->modalias, arena_strdup(arena, alias));
}

void facts_add_network(struct arena *arena, struct facts *facts, const char *alias)
{
	for (size_t i = 0; i < facts->network.count; i++)
		if (strcmp(facts->network.item[i], alias) == 0)
			return;
	if (*alias != '\0')
		vec_push(arena, &facts->network, arena_strdup(arena, alias));
}

/* --- values --------------------------------------------------------------- */

static void report(struct reader *reader, const char *path, const char *what)
{
	diag_report(reader->diag, DIAG_FACTS, (struct span){.text = reader->text}, NULL,
		    "\"%s\" %s", path, what);
	reader->fine = false;
}

/* A member that may be missing, or null; NULL then, and where it is of another type. */
static json_object *member(struct reader *reader, struct place place, const char *key,
			   json_type type, const char *what)
{
	json_object *value;

	if (!json_object_object_get_ex(place.object, key, &value) || value == NULL)
		return NULL;
	if (json_object_is_type(value, type))
		return value;
	report(reader, *place.path ? arena_printf(reader->arena, "%s.%s", place.path, key) : key,
	       what);
	return NULL;
}

static const char *keep_text(struct reader *reader, json_object *value, const char *path)
{
	const char *text = json_object_get_string(value);

	if (strlen(text) != (size_t)json_object_get_string_len(value))
		report(reader, path, "has a NUL character");
	return arena_strdup(reader->arena, text);
}

static const char *get_text(struct reader *reader, struct place place, const char *key)
{
	json_object *value = member(reader, place, key, json_type_string, "is not a text");

	return value != NULL ? keep_text(reader, value, key) : NULL;
}

/* A text that has to be there: "" after it was reported missing. */
static const char *need_text(struct reader *reader, struct place place, const char *key)
{
	const char *text = get_text(reader, place, key);

	if (text != NULL && *text != '\0')
		return text;
	report(reader, place.path, arena_printf(reader->arena, "has no \"%s\"", key));
	return "";
}

static uint64_t get_number(struct reader *reader, struct place place, const char *key)
{
	json_object *value = member(reader, place, key, json_type_int, "is not a number");

	if (value == NULL)
		return 0;
	if (json_object_get_int64(value) < 0)
		report(reader, arena_printf(reader->arena, "%s.%s", place.path, key),
		       "is negative");
	return json_object_get_uint64(value);
}

static bool get_truth(struct reader *reader, struct place place, const char *key)
{
	json_object *value =
		member(reader, place, key, json_type_boolean, "is neither true nor false");

	return value != NULL && json_object_get_boolean(value);
}

/* "8:1" */
static void get_device_number(struct reader *reader, struct place place, uint32_t *ret_major,
			      uint32_t *ret_minor)
{
	const char *text = get_text(reader, place, "number");
	int end = 0;

	*ret_major = *ret_minor = 0;
	if (text != NULL &&
	    (sscanf(text, "%9u:%9u%n", ret_major, ret_minor, &end) != 2 || text[end] != '\0'))
		report(reader, arena_printf(reader->arena, "%s.number", place.path),
		       "is not major:minor");
}

/* --- lists ---------------------------------------------------------------- */

typedef void read_item(struct reader *reader, struct place place, void *to);

/* Each object of a list; `read` puts it where `to` is. */
static void each(struct reader *reader, struct place place, const char *key, read_item *read,
		 void *to)
{
	json_object *list = member(reader, place, key, json_type_array, "is not a list");
	const char *path =
		*place.path ? arena_printf(reader->arena, "%s.%s", place.path, key) : key;

	for (size_t i = 0; list != NULL && i < json_object_array_length(list); i++) {
		struct place item = {json_object_array_get_idx(list, i),
				     arena_printf(reader->arena, "%s[%zu]", path, i)};

		if (json_object_is_type(item.object, json_type_object))
			read(reader, item, to);
		else
			report(reader, item.path, "is not an object");
	}
}

typedef VEC(const char *) text_list;

static void get_texts(struct reader *reader, struct place place, const char *key, text_list *to)
{
	json_object *list = member(reader, place, key, json_type_array, "is not a list of texts");

	for (size_t i = 0; list != NULL && i < json_object_array_length(list); i++) {
		json_object *item = json_object_array_get_idx(list, i);

		if (json_object_is_type(item, json_type_string)) {
			vec_push(reader->arena, to, keep_text(reader, item, key));
			continue;
		}
		report(reader, arena_printf(reader->arena, "%s[%zu]", key, i), "is not a text");
	}
}

#define GET_TEXTS(reader, place, key, list)                                                        \
	do {                                                                                       \
		text_list texts = {0};                                                             \
		get_texts(reader, place, key, &texts);                                             \
		(list).item = texts.item;                                                          \
		(list).count = texts.count;                                                        \
		(list).capacity = texts.capacity;                                                  \
	} while (0)

/* Where the file names a thing, as bootgraph capture writes it. */
static struct span find_span(struct reader *reader, const char *key, const char *value)
{
	const char *pattern = arena_printf(reader->arena, "\"%s\": \"%s\"", key, value);
	const char *from = reader->text->data + reader->searched, *at = NULL;

	if (!reader->lost)
		at = memmem(from, reader->text->size - reader->searched, pattern, strlen(pattern));
	if (at == NULL) {
		reader->lost = true;
		return (struct span){
			.name = arena_printf(reader->arena, "%s (%s)", reader->text->name, value)};
	}
	at += strlen(key) + 4;
	reader->searched = (size_t)(at - reader->text->data);
	return (struct span){reader->text, reader->searched, strlen(value) + 2, NULL};
}

/* --- devices -------------------------------------------------------------- */

static void read_target(struct reader *reader, struct place place, void *to)
{
	struct facts_dm *dm = to;
	struct facts_target target = {.start = get_number(reader, place, "start"),
				      .length = get_number(reader, place, "length"),
				      .type = need_text(reader, place, "type"),
				      .parameters = get_text(reader, place, "parameters")};

	if (target.parameters == NULL)
		target.parameters = "";
	vec_push(reader->arena, &dm->table, target);
}

static struct facts_dm *read_mapper(struct reader *reader, struct place place)
{
	struct facts_dm *dm = arena_alloc(reader->arena, sizeof *dm);

	dm->name = need_text(reader, place, "name");
	dm->uuid = get_text(reader, place, "uuid");
	if (dm->uuid == NULL)
		dm->uuid = "";
	each(reader, place, "table", read_target, dm);
	return dm;
}

static void read_md_member(struct reader *reader, struct place place, void *to)
{
	struct facts_md *md = to;
	struct facts_md_member item = {.device = need_text(reader, place, "device"),
				       .state = get_text(reader, place, "state")};

	vec_push(reader->arena, &md->members, item);
}

static struct facts_md *read_array(struct reader *reader, struct place place)
{
	struct facts_md *md = arena_alloc(reader->arena, sizeof *md);

	md->level = get_text(reader, place, "level");
	md->metadata = get_text(reader, place, "metadata");
	md->uuid = get_text(reader, place, "uuid");
	md->name = get_text(reader, place, "name");
	md->state = get_text(reader, place, "state");
	md->raid_disks = (unsigned)get_number(reader, place, "raid-disks");
	md->degraded = (unsigned)get_number(reader, place, "degraded");
	each(reader, place, "members", read_md_member, md);
	return md;
}

static void read_properties(struct reader *reader, struct place place, struct facts_device *device)
{
	json_object *all =
		member(reader, place, "properties", json_type_object, "is not an object");

	if (all == NULL)
		return;
	json_object_object_foreach(all, key, value)
	{
		struct facts_property property = {.key = arena_strdup(reader->arena, key)};

		if (!json_object_is_type(value, json_type_string)) {
			report(reader, arena_printf(reader->arena, "%s.%s", place.path, key),
			       "is not a text");
			continue;
		}
		property.value = keep_text(reader, value, key);
		vec_push(reader->arena, &device->properties, property);
	}
}

static void read_device(struct reader *reader, struct place place, void *to)
{
	struct facts *facts = to;
	struct facts_device device = {.name = need_text(reader, place, "device"),
				      .parent = get_text(reader, place, "parent"),
				      .size = get_number(reader, place, "size")};
	struct place inner = place;

	if (facts_device(facts, device.name) != NULL)
		report(reader, place.path, "is a device that was there before");
	get_device_number(reader, place, &device.major, &device.minor);
	device.span = find_span(reader, "device", device.name);
	GET_TEXTS(reader, place, "links", device.links);
	GET_TEXTS(reader, place, "slaves", device.slaves);
	read_properties(reader, place, &device);
	inner.object = member(reader, place, "mapper", json_type_object, "is not an object");
	inner.path = arena_printf(reader->arena, "%s.mapper", place.path);
	if (inner.object != NULL)
		device.dm = read_mapper(reader, inner);
	inner.object = member(reader, place, "array", json_type_object, "is not an object");
	inner.path = arena_printf(reader->arena, "%s.array", place.path);
	if (inner.object != NULL)
		device.md = read_array(reader, inner);
	vec_push(reader->arena, &facts->devices, device);
}

/* --- LVM, mounts, swap ---------------------------------------------------- */

static void read_pv(struct reader *reader, struct place place, void *to)
{
	struct facts_vg *group = to;
	struct facts_pv pv = {.uuid = need_text(reader, place, "uuid"),
			      .device = get_text(reader, place, "device")};

	vec_push(reader->arena, &group->pvs, pv);
}

static void read_lv(struct reader *reader, struct place place, void *to)
{
	struct facts_vg *group = to;
	struct facts_lv lv = {.name = need_text(reader, place, "volume"),
			      .uuid = get_text(reader, place, "uuid"),
			      .active = get_truth(reader, place, "active")};

	GET_TEXTS(reader, place, "pvs", lv.pvs);
	vec_push(reader->arena, &group->lvs, lv);
}

static void read_group(struct reader *reader, struct place place, void *to)
{
	struct facts *facts = to;
	struct facts_vg group = {.name = need_text(reader, place, "group"),
				 .uuid = get_text(reader, place, "uuid")};

	group.span = find_span(reader, "group", group.name);
	each(reader, place, "pvs", read_pv, &group);
	each(reader, place, "lvs", read_lv, &group);
	vec_push(reader->arena, &facts->groups, group);
}

static void read_mount(struct reader *reader, struct place place, void *to)
{
	struct facts *facts = to;
	struct facts_mount mount = {.where = need_text(reader, place, "where"),
				    .type = need_text(reader, place, "type"),
				    .source = get_text(reader, place, "source")};

	get_device_number(reader, place, &mount.major, &mount.minor);
	vec_push(reader->arena, &facts->mounts, mount);
}

static void read_swap(struct reader *reader, struct place place, void *to)
{
	struct facts *facts = to;
	struct facts_swap swap = {.path = need_text(reader, place, "path"),
				  .file = get_truth(reader, place, "file"),
				  .device = get_text(reader, place, "on"),
				  .offset = get_number(reader, place, "offset")};

	vec_push(reader->arena, &facts->swaps, swap);
}

/* --- the file ------------------------------------------------------------- */

/* The parsed text, or NULL after reporting where it is no JSON object. */
static json_object *parse(struct diag *diag, const struct text *text)
{
	struct json_tokener *tokener = json_tokener_new();
	json_object *object = NULL;
	enum json_tokener_error error;
	struct span span = {.text = text, .length = 1};

	if (tokener == NULL)
		return NULL;
	json_tokener_set_flags(tokener, JSON_TOKENER_STRICT | JSON_TOKENER_VALIDATE_UTF8);
	/* With the NUL that follows the text, the parser knows where it ends. */
	object = json_tokener_parse_ex(tokener, text->data, (int)text->size + 1);
	error = json_tokener_get_error(tokener);
	span.offset = json_tokener_get_parse_end(tokener);
	json_tokener_free(tokener);
	if (error == json_tokener_success && json_object_is_type(object, json_type_object))
		return object;
	diag_report(diag, DIAG_FACTS, span, NULL, "not a JSON object: %s",
		    error == json_tokener_success ? "it is something else"
						  : json_tokener_error_desc(error));
	json_object_put(object);
	return NULL;
}

/* Facts of drivers alone, made by hand, have no version. */
static bool check_version(struct reader *reader, struct place whole)
{
	json_object *version, *modalias;

	if (!json_object_object_get_ex(whole.object, FACTS_KEY, &version)) {
		if (json_object_object_get_ex(whole.object, "modalias", &modalias))
			return true;
		diag_report(reader->diag, DIAG_FACTS, (struct span){.text = reader->text}, NULL,
			    "neither \"" FACTS_KEY "\" nor \"modalias\" in it");
		return false;
	}
	if (json_object_is_type(version, json_type_int) &&
	    json_object_get_int(version) == FACTS_VERSION)
		return true;
	diag_report(reader->diag, DIAG_FACTS, (struct span){.text = reader->text},
		    "make them again with this bootgraph's capture",
		    "facts of version %s; this bootgraph reads version %d",
		    json_object_to_json_string(version), FACTS_VERSION);
	return false;
}

static void read_all(struct reader *reader, struct place whole)
{
	struct facts *facts = reader->facts;
	text_list aliases = {0}, network = {0};

	get_texts(reader, whole, "modalias", &aliases);
	for (size_t i = 0; i < aliases.count; i++)
		facts_add_alias(reader->arena, facts, aliases.item[i]);
	get_texts(reader, whole, "network", &network);
	for (size_t i = 0; i < network.count; i++)
		facts_add_network(reader->arena, facts, network.item[i]);
	facts->has_devices = json_object_object_get(whole.object, "devices") != NULL;
	each(reader, whole, "devices", read_device, facts);
	each(reader, whole, "groups", read_group, facts);
	each(reader, whole, "mounts", read_mount, facts);
	each(reader, whole, "swaps", read_swap, facts);
}

struct facts *facts_parse(struct arena *arena, struct diag *diag, const struct text *text)
{
	struct facts *facts = arena_alloc(arena, sizeof *facts);
	struct reader reader = {arena, diag, text, facts, true, 0, false};
	struct place whole = {parse(diag, text), ""};

	if (whole.object == NULL)
		return NULL;
	facts->text = text;
	reader.fine = check_version(&reader, whole);
	if (reader.fine)
		read_all(&reader, whole);
	json_object_put(whole.object);
	return reader.fine ? facts : NULL;
}

struct facts *facts_read(struct arena *arena, struct diag *diag, const char *path)
{
	const struct text *text = text_read(arena, AT_FDCWD, path, path);

	if (text == NULL) {
		diag_report(diag, DIAG_UNREADABLE, (struct span){.name = path}, NULL,
			    "cannot be read: %s", strerror(errno));
		return NULL;
	}
	return text_check(diag, text) ? facts_parse(arena, diag, text) : NULL;
}
