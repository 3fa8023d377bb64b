/* What the files of diff share. */
#ifndef BOOTGRAPH_DIFF_PARTS_H
#define BOOTGRAPH_DIFF_PARTS_H

#include "describe.h"
#include "diff.h"

/* One side. No name is told apart by its number here: numbers change with every node before. */
struct side {
	struct program *program;
	struct described d;
};

struct differ {
	struct arena *arena;
	struct side old, new;
	struct pairing pairing;
	difference_list list;
};

/* A node on both sides; old is NULL for one that is new. */
struct both {
	struct program_node *old, *new;
	const char *name; /* with "device " before it, if it is one */
};

#define TEXT(...) arena_printf(differ->arena, __VA_ARGS__)

void diff_say(struct differ *differ, struct difference difference);

/* diff_edges.c: what a node waits for; old is NONE for one that is new. */
void diff_edges(struct differ *differ, const struct both *both, uint32_t old, uint32_t new);

/* diff_node.c: everything else that a node says. same_reference: not a device that took another's
 * place, which has been said. */
void diff_node(struct differ *differ, const struct both *both, bool same_reference);

#endif
