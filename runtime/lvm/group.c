#include "group.h"

#include <string.h>

enum { EXTENTS_MAX = UINT32_MAX }; /* lvm counts them in 32 bits */

struct reader {
	struct lvm_memory *memory;
	struct lvm_error *error;
	struct lvm_group *group;
};

static bool fail_node(struct reader *reader, const struct lvm_node *node, const char *what)
{
	return lvm_fail(reader->error, "line %u: %.64s %s", node->line, node->key, what);
}

/* A number within its range. Where it is missing, the section's line is named. */
static bool read_number(struct reader *reader, const struct lvm_node *section, const char *key,
			uint64_t max, uint64_t *ret)
{
	const struct lvm_node *node = lvm_find(section->child, key);

	if (node == NULL || node->value == NULL || node->value->kind != LVM_NUMBER)
		return lvm_fail(reader->error, "line %u: %.64s has no number %s", section->line,
				section->key, key);
	if (node->value->number < 0 || (uint64_t)node->value->number > max)
		return fail_node(reader, node, "is out of range");
	*ret = (uint64_t)node->value->number;
	return true;
}

static bool read_id(struct reader *reader, const struct lvm_node *section, char to[LVM_ID_TEXT])
{
	const char *id = lvm_find_text(section->child, "id");
	char bare[LVM_ID_TEXT];
	size_t length = 0;

	for (; id != NULL && *id != '\0' && length < sizeof bare - 1; id++)
		if (*id != '-')
			bare[length++] = *id;
	bare[length] = '\0';
	if (id == NULL || *id != '\0' || length != 32 || !lvm_id_format(to, bare))
		return fail_node(reader, section, "has no identifier");
	return true;
}

/* The sections among a node's children: how many. */
static uint32_t count_sections(const struct lvm_node *parent)
{
	const struct lvm_node *node;
	uint32_t count = 0;

	for (node = parent != NULL ? parent->child : NULL; node != NULL; node = node->next)
		count += node->is_section;
	return count;
}

static const struct lvm_value *find_list(const struct lvm_node *section, const char *key)
{
	const struct lvm_node *node = lvm_find(section->child, key);

	return node != NULL ? node->value : NULL;
}

/* --- physical volumes ------------------------------------------------------- */

static bool read_pv(struct reader *reader, const struct lvm_node *node, struct lvm_pv *pv)
{
	pv->name = node->key;
	pv->missing = lvm_has_word(find_list(node, "status"), "MISSING") ||
		      lvm_has_word(find_list(node, "flags"), "MISSING");
	return read_id(reader, node, pv->id) &&
	       read_number(reader, node, "pe_start", INT64_MAX >> 9, &pv->begin) &&
	       read_number(reader, node, "pe_count", EXTENTS_MAX, &pv->extents);
}

static bool read_pvs(struct reader *reader, const struct lvm_node *parent)
{
	struct lvm_group *group = reader->group;
	const struct lvm_node *node;

	group->pv = lvm_take(reader->memory, count_sections(parent), sizeof *group->pv);
	if (group->pv == NULL)
		return lvm_fail_full(reader->error);
	for (node = parent != NULL ? parent->child : NULL; node != NULL; node = node->next)
		if (node->is_section && !read_pv(reader, node, &group->pv[group->pv_count++]))
			return false;
	return true;
}

uint32_t lvm_group_find_pv_name(const struct lvm_group *group, const char *name)
{
	uint32_t i;

	for (i = 0; i < group->pv_count; i++)
		if (strcmp(group->pv[i].name, name) == 0)
			return i;
	return LVM_NONE;
}

/* --- logical volumes -------------------------------------------------------- */

/* stripes = ["pv0", 0, "pv1", 640]: pairs of a name and the first extent there. */
static bool read_areas(struct reader *reader, const struct lvm_node *node,
		       struct lvm_segment *segment)
{
	const struct lvm_value *value;
	uint32_t count = 0;

	for (value = node->value; value != NULL; value = value->next)
		count++;
	segment->area = lvm_take(reader->memory, count / 2, sizeof *segment->area);
	if (segment->area == NULL)
		return lvm_fail_full(reader->error);
	for (value = node->value; value != NULL; value = value->next->next) {
		struct lvm_area *area = &segment->area[segment->area_count];

		if (value->kind != LVM_TEXT || value->next == NULL ||
		    value->next->kind != LVM_NUMBER || value->next->number < 0 ||
		    value->next->number > EXTENTS_MAX)
			return fail_node(reader, node, "is not made of names and extents");
		area->pv = lvm_group_find_pv_name(reader->group, value->text);
		area->lv = area->pv == LVM_NONE ? lvm_group_find_lv(reader->group, value->text)
						: LVM_NONE;
		area->extent = (uint64_t)value->next->number;
		if (area->pv == LVM_NONE && area->lv == LVM_NONE)
			return fail_node(reader, node, "names what the group does not have");
		segment->area_count++;
	}
	return true;
}

static bool read_segment(struct reader *reader, const struct lvm_node *node,
			 struct lvm_segment *segment)
{
	const struct lvm_node *stripes = lvm_find(node->child, "stripes");
	uint64_t count;

	segment->node = node;
	segment->type = lvm_find_text(node->child, "type");
	if (segment->type == NULL)
		return fail_node(reader, node, "has no type");
	if (!read_number(reader, node, "start_extent", EXTENTS_MAX, &segment->first) ||
	    !read_number(reader, node, "extent_count", EXTENTS_MAX, &segment->count))
		return false;
	if (strcmp(segment->type, "striped") != 0 && strcmp(segment->type, "linear") != 0)
		return true; /* lvm's own affair */
	if (stripes == NULL || stripes->is_section)
		return fail_node(reader, node, "has no stripes");
	if (!read_areas(reader, stripes, segment))
		return false;
	if (!read_number(reader, node, "stripe_count", UINT32_MAX, &count))
		return false;
	if (count == 0 || count != segment->area_count)
		return fail_node(reader, node, "has another number of stripes than it says");
	if (count > 1 &&
	    !read_number(reader, node, "stripe_size", UINT32_MAX, &segment->stripe_size))
		return false;
	if (count > 1 && (segment->stripe_size == 0 || segment->count % count != 0))
		return fail_node(reader, node, "cannot be divided into its stripes");
	return true;
}

/* lvm writes them in the order of their extents, each where the one before it ends. */
static bool read_segments(struct reader *reader, const struct lvm_node *parent, struct lvm_lv *lv)
{
	const struct lvm_node *node;
	uint64_t end = 0;

	lv->segment = lvm_take(reader->memory, count_sections(parent), sizeof *lv->segment);
	if (lv->segment == NULL)
		return lvm_fail_full(reader->error);
	for (node = parent->child; node != NULL; node = node->next) {
		struct lvm_segment *segment = &lv->segment[lv->segment_count];

		if (!node->is_section)
			continue;
		if (!read_segment(reader, node, segment))
			return false;
		if (segment->first != end || segment->count == 0)
			return fail_node(reader, node, "does not go on where the one before ends");
		end += segment->count;
		lv->segment_count++;
	}
	if (lv->segment_count == 0 || end > EXTENTS_MAX)
		return fail_node(reader, parent, "has no segments, or too many extents");
	return true;
}

/* A status word or a setting that changes what activating means is left to lvm. */
static void note_odd(const struct lvm_node *node, struct lvm_lv *lv)
{
	static const char *const settings[] = {"lock_args", "major", "minor"};
	const struct lvm_value *value;
	size_t i;

	for (value = find_list(node, "status"); value != NULL; value = value->next)
		if (value->kind == LVM_TEXT && strcmp(value->text, "READ") != 0 &&
		    strcmp(value->text, "WRITE") != 0 && strcmp(value->text, "VISIBLE") != 0)
			lv->odd = value->text;
	for (value = find_list(node, "flags"); value != NULL; value = value->next)
		if (value->kind == LVM_TEXT)
			lv->odd = value->text;
	for (i = 0; i < sizeof settings / sizeof settings[0]; i++)
		if (lvm_find(node->child, settings[i]) != NULL)
			lv->odd = settings[i];
	if (lv->odd != NULL)
		lv->flags |= LVM_ODD;
}

static bool read_lv(struct reader *reader, const struct lvm_node *node, struct lvm_lv *lv)
{
	const struct lvm_value *status = find_list(node, "status");

	lv->tags = find_list(node, "tags");
	lv->read_ahead = lvm_find_number(node->child, "read_ahead", -1);
	lv->flags |= lvm_has_word(status, "VISIBLE") ? LVM_VISIBLE : 0;
	lv->flags |= lvm_has_word(status, "WRITE") ? LVM_WRITE : 0;
	note_odd(node, lv);
	return read_id(reader, node, lv->id) && read_segments(reader, node, lv);
}

/* Names first, since segments refer to volumes that come later. */
static bool read_lvs(struct reader *reader, const struct lvm_node *parent)
{
	struct lvm_group *group = reader->group;
	const struct lvm_node *node;
	uint32_t i = 0;

	group->lv = lvm_take(reader->memory, count_sections(parent), sizeof *group->lv);
	if (group->lv == NULL)
		return lvm_fail_full(reader->error);
	for (node = parent != NULL ? parent->child : NULL; node != NULL; node = node->next)
		if (node->is_section)
			group->lv[group->lv_count++].name = node->key;
	for (node = parent != NULL ? parent->child : NULL; node != NULL; node = node->next)
		if (node->is_section && !read_lv(reader, node, &group->lv[i++]))
			return false;
	return true;
}

/* --- the group ---------------------------------------------------------------- */

static bool read_head(struct reader *reader, const struct lvm_node *node)
{
	struct lvm_group *group = reader->group;
	const struct lvm_value *status = find_list(node, "status");
	const char *format = lvm_find_text(node->child, "format");

	if (format != NULL && strcmp(format, "lvm2") != 0)
		return fail_node(reader, node, "has a format other than lvm2");
	group->name = node->key;
	group->exported = lvm_has_word(status, "EXPORTED");
	group->tags = find_list(node, "tags");
	group->system_id = lvm_find_text(node->child, "system_id");
	group->lock_type = lvm_find_text(node->child, "lock_type");
	if (group->lock_type == NULL && lvm_has_word(status, "CLUSTERED"))
		group->lock_type = "clvm";
	if (!read_id(reader, node, group->id) ||
	    !read_number(reader, node, "seqno", UINT32_MAX, &group->seqno) ||
	    !read_number(reader, node, "extent_size", UINT32_MAX, &group->extent_size))
		return false;
	return group->extent_size > 0 || fail_node(reader, node, "has extents without a size");
}

bool lvm_group_parse(struct lvm_memory *memory, const char *text, size_t length,
		     struct lvm_group *group, struct lvm_error *error)
{
	struct reader reader = {memory, error, group};
	struct lvm_node *first;
	const struct lvm_node *node;
	const char *contents;

	memset(group, 0, sizeof *group);
	if (!lvm_config_parse(memory, text, length, &first, error))
		return false;
	contents = lvm_find_text(first, "contents");
	if (contents == NULL || strcmp(contents, "Text Format Volume Group") != 0 ||
	    lvm_find_number(first, "version", 0) != 1)
		return lvm_fail(error, "the metadata is not of version 1 of lvm's text format");
	for (node = first; node != NULL && !node->is_section; node = node->next)
		;
	if (node == NULL)
		return lvm_fail(error, "the metadata has no volume group");
	return read_head(&reader, node) &&
	       read_pvs(&reader, lvm_find(node->child, "physical_volumes")) &&
	       read_lvs(&reader, lvm_find(node->child, "logical_volumes"));
}

uint32_t lvm_group_find_lv(const struct lvm_group *group, const char *name)
{
	uint32_t i;

	for (i = 0; i < group->lv_count; i++)
		if (strcmp(group->lv[i].name, name) == 0)
			return i;
	return LVM_NONE;
}

uint32_t lvm_group_find_pv(const struct lvm_group *group, const char *id)
{
	uint32_t i;

	for (i = 0; i < group->pv_count; i++)
		if (strcmp(group->pv[i].id, id) == 0)
			return i;
	return LVM_NONE;
}
