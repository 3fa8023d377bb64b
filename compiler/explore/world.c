#include "world.h"

#include <inttypes.h>
#include <string.h>

#include "../../runtime/core/device_ref.h"
#include "../../runtime/core/guard.h"

static bool complain(struct diag *diag, const struct text *text, const char *what)
{
	diag_report(diag, DIAG_EXPLORE_WORLD, (struct span){.name = text->name}, NULL, "%s", what);
	return false;
}

/* The events of a device: as it comes, as it is probed, as it leaves. */
static void make_events(struct arena *arena, struct explore_device *device,
			const struct properties *added, const struct properties *probed)
{
	device->add = *added;
	device->probed = *added;
	properties_set(arena, &device->probed, "ACTION=change");
	properties_set_all(arena, &device->probed, probed);
	properties_set(arena, &device->probed, "BOOTGRAPH_PROBED=1");
	device->remove = *added;
	properties_set(arena, &device->remove, "ACTION=remove");
}

static bool read_devices(struct explore_world *w, struct diag *diag)
{
	const struct script *script = w->script;

	w->device_count = (uint32_t)script->devices.count;
	if (w->device_count > EXPLORE_DEVICES_MAX)
		return complain(diag, w->text, "there are more than 64 devices");
	w->device = arena_alloc(w->arena, (w->device_count + 1) * sizeof *w->device);
	for (uint32_t i = 0; i < w->device_count; i++) {
		const struct script_device *from = &script->devices.item[i];

		w->device[i].name = from->name;
		w->device[i].number = from->number;
		w->device[i].probes = from->probes;
		w->device[i].member = from->members.item;
		w->device[i].member_count = from->members.count;
	}
	for (size_t i = 0; i < script->happenings.count; i++) {
		const struct happening *h = &script->happenings.item[i];
		struct explore_device *device = &w->device[h->device];

		if (h->kind != HAPPENING_ADD)
			return complain(diag, w->text,
					"only `device add` may happen by itself: the explorer "
					"decides what leaves, changes and is answered");
		if (device->outside)
			continue; /* it comes again, which it does of its own */
		device->outside = true;
		make_events(w->arena, device, &h->properties,
			    &script->devices.item[h->device].probed);
	}
	return true;
}

static void read_consequences(struct explore_world *w)
{
	const struct script *script = w->script;

	for (size_t i = 0; i < script->consequences.count; i++) {
		const struct happening *h = &script->consequences.item[i];
		struct explore_device *device = &w->device[h->device];
		struct explore_consequence consequence = {h->kind, h->device, h->properties};

		if (h->kind == HAPPENING_ADD && device->add.length == 0)
			make_events(w->arena, device, &h->properties,
				    &script->devices.item[h->device].probed);
		if (h->kind == HAPPENING_CHANGE) {
			consequence.told = device->add;
			properties_set(w->arena, &consequence.told, "ACTION=change");
			properties_set_all(w->arena, &consequence.told, &h->properties);
		} else if (h->kind == HAPPENING_REMOVE) {
			consequence.told = device->remove;
		}
		vec_push(w->arena, &w->node[h->after].consequences, consequence);
	}
}

static void read_nodes(struct explore_world *w)
{
	w->node_count = w->blob->section[SECTION_nodes].count;
	w->node = arena_alloc(w->arena, w->node_count * sizeof *w->node);
	for (uint32_t i = 0; i < w->node_count; i++) {
		struct node *node = &w->node[i].node;
		struct edge *edge;

		blob_node(w->blob, i, node);
		edge = arena_alloc(w->arena, (node->edge_count + 1) * sizeof *edge);
		for (uint32_t k = 0; k < node->edge_count; k++)
			blob_edge(w->blob, node->first_edge + k, &edge[k]);
		w->node[i].edge = edge;
	}
}

/* Sets, in the order in which devices name them: only those of which a device knows what belongs to
 * them (sets.h). */
static bool read_sets(struct explore_world *w, struct diag *diag)
{
	w->set = arena_alloc(w->arena, EXPLORE_SETS_MAX * sizeof *w->set);
	for (uint32_t i = 0; i < w->device_count; i++)
		for (size_t k = 0; k < w->device[i].member_count; k++) {
			const struct membership *member = &w->device[i].member[k];
			bool known = member->expects[0] == '\0';

			for (uint32_t s = 0; s < w->set_count; s++)
				known |= strcmp(w->set[s], member->set) == 0;
			if (known)
				continue;
			if (w->set_count == EXPLORE_SETS_MAX)
				return complain(diag, w->text, "there are more than 32 sets");
			w->set[w->set_count++] = member->set;
		}
	return true;
}

/* Whether all that devices say of a set is the same. */
static bool is_agreed(const struct explore_world *w, const char *set)
{
	const struct membership *first = NULL;

	for (uint32_t i = 0; i < w->device_count; i++)
		for (size_t k = 0; k < w->device[i].member_count; k++) {
			const struct membership *member = &w->device[i].member[k];

			if (member->expects[0] == '\0')
				return false; /* it may be anybody's */
			if (strcmp(member->set, set) != 0)
				continue;
			if (first != NULL && (member->generation != first->generation ||
					      strcmp(member->expects, first->expects) != 0 ||
					      strcmp(member->enough, first->enough) != 0))
				return false;
			first = member;
		}
	return true;
}

enum opcode explore_world_opcode(const struct explore_world *world, uint32_t node)
{
	uint32_t action = world->node[node].node.action;

	return action == NONE ? OP_END : (enum opcode)blob_word(world->blob, SECTION_code, action);
}

const char *explore_world_name(const struct explore_world *world, uint32_t node)
{
	return blob_string(world->blob, world->node[node].node.name);
}

bool explore_world_matches(const struct explore_world *world, uint32_t node,
			   const struct properties *event)
{
	struct machine machine = {.blob = world->blob, .boot = world->boot};
	const struct event told = {
		.kind = EVENT_DEVICE, .properties = event->bytes, .length = event->length};

	return event->length > 0 && world->node[node].node.match != NONE &&
	       guard_evaluate(&machine, world->node[node].node.match, &told) == ANSWER_YES;
}

uint32_t explore_world_set(const struct explore_world *world, const char *set)
{
	for (uint32_t s = 0; s < world->set_count; s++)
		if (strcmp(world->set[s], set) == 0)
			return s;
	/* By its other name: whichever set has a member that says so. */
	for (uint32_t i = 0; i < world->device_count; i++)
		for (size_t k = 0; k < world->device[i].member_count; k++)
			if (set[0] != '\0' && strcmp(world->device[i].member[k].name, set) == 0)
				return explore_world_set(world, world->device[i].member[k].set);
	return EXPLORE_SETS_MAX;
}

bool explore_world_concerns(const struct explore_world *world, uint32_t node, uint32_t device)
{
	const struct explore_node *n = &world->node[node];
	const struct explore_device *d = &world->device[device];

	if (n->node.kind != NODE_DEVICE)
		return false;
	if ((n->by_add | n->by_probe) >> device & 1)
		return true;
	for (size_t k = 0; n->level < EXPLORE_SETS_MAX && k < d->member_count; k++)
		if (d->member[k].expects[0] == '\0' ||
		    strcmp(d->member[k].set, world->set[n->level]) == 0)
			return true;
	return false;
}

/* Which devices each node matches, and which set's level it is. */
static void match_all(struct explore_world *w)
{
	const struct machine machine = {.blob = w->blob, .boot = w->boot};

	for (uint32_t i = 0; i < w->node_count; i++) {
		struct explore_node *node = &w->node[i];
		struct device_ref ref;

		node->level = EXPLORE_SETS_MAX;
		for (uint32_t k = 0; k < w->device_count; k++) {
			const struct explore_device *device = &w->device[k];
			bool probed =
				device->probes && explore_world_matches(w, i, &device->probed);

			node->by_add |= (uint64_t)explore_world_matches(w, i, &device->add) << k;
			node->by_probe |= (uint64_t)probed << k;
		}
		if (node->node.kind != NODE_DEVICE)
			continue;
		device_ref_parse(machine_node_title(&machine, i), &ref);
		node->complete = ref.kind == REF_COMPLETE;
		if (ref.kind == REF_COMPLETE || ref.kind == REF_ENOUGH)
			node->level = explore_world_set(w, ref.text);
	}
}

static bool listens_at_once(const struct explore_world *w)
{
	for (uint32_t i = 0; i < w->node_count; i++)
		for (uint32_t at = w->node[i].node.action; at != NONE;) {
			uint32_t word = blob_word(w->blob, SECTION_code, at);

			if (word == OP_OPEN_UEVENTS)
				return false;
			at = word == OP_END ? NONE : at + 1 + opcode_describe(word)->operand_count;
		}
	return true;
}

/* Which device a node waits for is worked out once, for all orders. */
static bool sets_parameters(const struct script *script)
{
	for (size_t i = 0; i < script->happenings.count; i++)
		if (script->happenings.item[i].kind == HAPPENING_PARAMETERS)
			return true;
	for (size_t i = 0; i < script->consequences.count; i++)
		if (script->consequences.item[i].kind == HAPPENING_PARAMETERS)
			return true;
	return false;
}

bool explore_world_read(struct arena *arena, struct diag *diag, const struct text *text,
			const struct blob *blob, struct explore_world *ret_world)
{
	struct script *script = arena_alloc(arena, sizeof *script);
	struct explore_world *w = ret_world;

	*w = (struct explore_world){.arena = arena, .blob = blob, .script = script, .text = text};
	if (!script_parse(arena, diag, text, blob, script))
		return false;
	if (script->rules.count > 0)
		return complain(diag, text,
				"there is an `effect` statement: the explorer decides itself how "
				"effects end");
	if (sets_parameters(script))
		return complain(diag, text,
				"there is a `parameters` statement: what is proved is one command "
				"line; say root= and the others with `command-line`");
	w->boot = arena_alloc(arena, sizeof *w->boot);
	boot_read_command_line(w->boot, blob, script->command_line);
	read_nodes(w);
	if (!read_devices(w, diag) || !read_sets(w, diag))
		return false;
	read_consequences(w);
	match_all(w);
	for (uint32_t s = 0; s < w->set_count; s++)
		w->agreed |= (uint64_t)is_agreed(w, w->set[s]) << s;
	w->listens = listens_at_once(w);
	return true;
}
