#include "levels.h"

#include <string.h>

#include "../../runtime/core/sets.h"

static void fill(const struct explore_world *w, struct sets *sets, uint64_t known, uint64_t told)
{
	for (uint32_t i = 0; i < w->device_count; i++)
		for (size_t k = 0; known >> i & 1 && k < w->device[i].member_count; k++)
			sets->entry[sets->entry_count++] =
				(struct set_entry){w->device[i].number, w->device[i].member[k]};
	for (uint32_t s = 0; s < w->set_count; s++) {
		sets->told[s] = (struct set_told){.complete = told >> (2 * s) & 1,
						  .enough = told >> (2 * s + 1) & 1};
		strcpy(sets->told[s].set, w->set[s]);
	}
	sets->told_count = w->set_count;
}

static struct level_change *work_out(const struct explore_world *w, uint64_t known, uint64_t told)
{
	struct level_change *change = arena_alloc(w->arena, sizeof *change);
	VEC(struct properties) events = {0};
	char properties[SETS_EVENT_MAX];
	struct sets sets = {0};
	size_t members = 0, length;

	for (uint32_t i = 0; i < w->device_count; i++)
		members += w->device[i].member_count;
	sets.entry = arena_alloc(w->arena, (members + 1) * sizeof *sets.entry);
	sets.told = arena_alloc(w->arena, (w->set_count + 1) * sizeof *sets.told);
	fill(w, &sets, known, told);
	while ((length = sets_next_event(&sets, properties)) > 0) {
		struct properties event = {arena_strndup(w->arena, properties, 0), length};
		char *bytes = arena_alloc(w->arena, length);

		memcpy(bytes, properties, length);
		event.bytes = bytes;
		vec_push(w->arena, &events, event);
	}
	*change = (struct level_change){
		.known = known, .told = told, .event = events.item, .count = events.count};
	for (uint32_t s = 0; s < w->set_count; s++)
		change->told_then |= (uint64_t)sets.told[s].complete << (2 * s) |
				     (uint64_t)sets.told[s].enough << (2 * s + 1);
	return change;
}

const struct level_change *levels_change(struct levels *levels, uint64_t known, uint64_t told)
{
	uint64_t hash = (known * 0x9fb21c651e98df25u ^ told) * 0xff51afd7ed558ccdu >> 54;
	struct level_change **bucket = &levels->bucket[hash % LEVEL_BUCKETS], *change;

	for (change = *bucket; change != NULL; change = change->next)
		if (change->known == known && change->told == told)
			return change;
	change = work_out(levels->world, known, told);
	change->next = *bucket;
	*bucket = change;
	return change;
}
