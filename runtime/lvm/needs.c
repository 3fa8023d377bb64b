#include "needs.h"

#include <string.h>

struct search {
	const struct lvm_group *group;
	struct lvm_needs *needs;
	bool *seen;	/* volumes */
	uint32_t *todo; /* volumes seen and not yet looked at */
	uint32_t todo_count;
};

static void add_volume(struct search *search, uint32_t lv)
{
	if (lv == LVM_NONE || search->seen[lv])
		return;
	search->seen[lv] = true;
	search->todo[search->todo_count++] = lv;
}

static void add_pv(struct search *search, uint32_t pv)
{
	if (pv == LVM_NONE || search->needs->pv[pv])
		return;
	search->needs->pv[pv] = true;
	search->needs->count++;
}

/* Words of a segment that are no names. Everything else that is called like a volume is taken for
 * one: better a physical volume too many than one too few, and new kinds of segments refer to
 * volumes by keys that are not known yet. */
static bool is_reference(const struct lvm_node *node)
{
	static const char *const plain[] = {"type", "tags", "policy", "cache_mode", "discards"};
	size_t i;

	for (i = 0; i < sizeof plain / sizeof plain[0]; i++)
		if (strcmp(node->key, plain[i]) == 0)
			return false;
	return !node->is_section;
}

static void follow_segment(struct search *search, const struct lvm_segment *segment)
{
	const struct lvm_node *node;
	const struct lvm_value *value;

	for (node = segment->node->child; node != NULL; node = node->next) {
		if (!is_reference(node))
			continue;
		for (value = node->value; value != NULL; value = value->next) {
			if (value->kind != LVM_TEXT)
				continue;
			add_volume(search, lvm_group_find_lv(search->group, value->text));
			/* In a list of areas, a name is a physical volume's if there is one. */
			if (value->next != NULL && value->next->kind == LVM_NUMBER)
				add_pv(search, lvm_group_find_pv_name(search->group, value->text));
		}
	}
}

static bool refers_to(const struct lvm_segment *segment, const char *key, const char *name)
{
	const char *text = lvm_find_text(segment->node->child, key);

	return text != NULL && strcmp(text, name) == 0;
}

/* A snapshot is a volume of its own, which names the origin; the origin does not name it. */
static uint32_t find_snapshot(const struct lvm_group *group, const char *name, uint32_t from)
{
	uint32_t i;

	for (i = from; i < group->lv_count; i++) {
		const struct lvm_segment *segment = &group->lv[i].segment[0];

		if (strcmp(segment->type, "snapshot") == 0 &&
		    (refers_to(segment, "origin", name) || refers_to(segment, "cow_store", name) ||
		     refers_to(segment, "merging_store", name)))
			return i;
	}
	return LVM_NONE;
}

static const char *why_lvm(const struct lvm_group *group, const struct lvm_lv *lv)
{
	uint32_t i, k;

	for (i = 0; i < lv->segment_count; i++) {
		const struct lvm_segment *segment = &lv->segment[i];

		if (segment->area_count == 0)
			return segment->type;
		for (k = 0; k < segment->area_count; k++)
			if (segment->area[k].pv == LVM_NONE)
				return "a volume on another volume";
	}
	if (lv->flags & LVM_ODD)
		return lv->odd;
	return find_snapshot(group, lv->name, 0) != LVM_NONE ? "a snapshot" : NULL;
}

/* lvm would activate it, and something would lie where nothing is. */
static bool check_areas(const struct lvm_group *group, const struct lvm_lv *lv,
			struct lvm_error *error)
{
	uint32_t i, k;

	for (i = 0; i < lv->segment_count; i++) {
		const struct lvm_segment *segment = &lv->segment[i];

		for (k = 0; k < segment->area_count; k++) {
			const struct lvm_area *area = &segment->area[k];

			if (area->pv != LVM_NONE &&
			    area->extent + segment->count / segment->area_count >
				    group->pv[area->pv].extents)
				return lvm_fail(error,
						"%.64s lies beyond the end of a physical volume",
						lv->name);
		}
	}
	return true;
}

bool lvm_needs(struct lvm_memory *memory, const struct lvm_group *group, uint32_t lv,
	       struct lvm_needs *needs, struct lvm_error *error)
{
	struct search search = {.group = group, .needs = needs};
	uint32_t i;

	memset(needs, 0, sizeof *needs);
	needs->pv = lvm_take(memory, group->pv_count, sizeof *needs->pv);
	search.seen = lvm_take(memory, group->lv_count, sizeof *search.seen);
	search.todo = lvm_take(memory, group->lv_count, sizeof *search.todo);
	if (needs->pv == NULL || search.seen == NULL || search.todo == NULL)
		return lvm_fail_full(error);
	needs->by_lvm = why_lvm(group, &group->lv[lv]);
	add_volume(&search, lv);
	while (search.todo_count > 0) {
		uint32_t at = search.todo[--search.todo_count];
		uint32_t snapshot = find_snapshot(group, group->lv[at].name, 0);

		if (!check_areas(group, &group->lv[at], error))
			return false;
		for (i = 0; i < group->lv[at].segment_count; i++)
			follow_segment(&search, &group->lv[at].segment[i]);
		for (; snapshot != LVM_NONE;
		     snapshot = find_snapshot(group, group->lv[at].name, snapshot + 1))
			add_volume(&search, snapshot);
	}
	/* Made of zeroes, or of itself: nobody could wait for it. */
	return needs->count > 0 ||
	       lvm_fail(error, "%.64s lies on no physical volume", group->lv[lv].name);
}

struct lvm_target lvm_target_of(const struct lvm_group *group, const struct lvm_segment *segment)
{
	return (struct lvm_target){
		.start = segment->first * group->extent_size,
		.length = segment->count * group->extent_size,
		.stripe_size = segment->area_count > 1 ? segment->stripe_size : 0,
		.area = segment->area,
		.area_count = segment->area_count,
	};
}

struct lvm_region lvm_area_region(const struct lvm_group *group, const struct lvm_target *target,
				  const struct lvm_area *area)
{
	return (struct lvm_region){
		.at = group->pv[area->pv].begin + area->extent * group->extent_size,
		.size = target->length / target->area_count,
	};
}
