/* The world that the explorer lets a machine meet: which devices there are, what a probe of each
 * says, which appear after which step. It is an event script without times (specs/events.md):
 * written by somebody, or derived from the blob (derive.h). Nothing in it changes during a search.
 */
#ifndef BOOTGRAPH_EXPLORE_WORLD_H
#define BOOTGRAPH_EXPLORE_WORLD_H

#include "../simulate/script.h"
#include "../../runtime/core/machine.h"

enum {
	EXPLORE_DEVICES_MAX = 64, /* bits of a state's word */
	EXPLORE_SETS_MAX = 32,
	NO_DEVICE = 0xff,
};

struct explore_device {
	const char *name; /* the script's */
	uint32_t number;
	bool outside; /* comes by itself; else only after some step */
	bool probes;
	struct properties add, probed, remove; /* its events */
	const struct membership *member;
	size_t member_count;
};

/* What appears or leaves after a step has done its work. */
struct explore_consequence {
	enum happening_kind kind;
	uint32_t device;
	struct properties told;
};

/* A node of the blob, decoded once. */
struct explore_node {
	struct node node;
	const struct edge *edge;
	VEC(struct explore_consequence) consequences;
	uint64_t by_add, by_probe; /* devices whose events it matches, as they come and as probed */
	uint32_t level;		   /* a level of a set: the set's number, else EXPLORE_SETS_MAX */
	bool complete;		   /* and that is COMPLETE= */
};

struct explore_world {
	struct arena *arena;
	const struct blob *blob;
	const struct script *script;
	const struct text *text; /* the script's, for counterexamples */
	struct boot *boot;
	struct explore_node *node;
	uint32_t node_count;
	struct explore_device *device;
	uint32_t device_count;
	const char **set; /* names of sets, in the order in which devices name them */
	uint32_t set_count;
	uint64_t agreed; /* sets whose members all say the same of it: more of them is never less */
	bool listens;	 /* the graph has no open-uevents: devices are told from the beginning */
};

/* Reads a script as a world. Returns false after a report: if the script does not parse, has
 * statements that the explorer decides itself, or more than it has room for. */
bool explore_world_read(struct arena *arena, struct diag *diag, const struct text *text,
			const struct blob *blob, struct explore_world *ret_world);

/* Whether a node's match program says yes to an event. */
bool explore_world_matches(const struct explore_world *world, uint32_t node,
			   const struct properties *event);

/* Whether a node stands for a device, or for a level of a set that it is a member of. */
bool explore_world_concerns(const struct explore_world *world, uint32_t node, uint32_t device);

/* The number of a set that is named as in a device reference, or EXPLORE_SETS_MAX. */
uint32_t explore_world_set(const struct explore_world *world, const char *set);

/* The node's first instruction, or OP_END if it does nothing. */
enum opcode explore_world_opcode(const struct explore_world *world, uint32_t node);

const char *explore_world_name(const struct explore_world *world, uint32_t node);

#endif
