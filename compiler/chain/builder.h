/* What the parts of build.c share: links while they are being made. */
#ifndef BOOTGRAPH_CHAIN_BUILDER_H
#define BOOTGRAPH_CHAIN_BUILDER_H

#include "../chain.h"

/* What a link is about: two ways to it end at the same one. Either is NULL. */
struct identity {
	const void *what; /* a row, a device of the facts */
	const char *key;
};

/* A link that is being made, and what it is made for. */
struct frame {
	const struct frame *up;
	struct identity identity;
	struct word name;
	unsigned depth;
};

/* A link before it is one: it joins the others when all that it stands on has. */
struct draft {
	struct chain_link link;
	struct frame frame;
};

struct builder {
	struct arena *arena;
	const struct model *model;
	const struct facts *facts; /* or NULL */
	struct chain *chain;
	VEC(struct identity) identities; /* of chain->links */
};

/* --- build.c -------------------------------------------------------- */

/* Whether there is nothing to make: the link is there already, or (NO_LINK) it cannot be, because
 * it would stand on itself, or on more than any machine has. */
bool chain_is_settled(struct builder *builder, const struct frame *up, struct identity identity,
		      uint32_t *ret_link);
struct draft chain_begin(const struct frame *up, struct identity identity, enum link_kind kind,
			 struct word name);
/* NO_LINK: on something that nobody knows. */
void chain_stand_on(struct builder *builder, struct draft *draft, uint32_t link);
uint32_t chain_finish(struct builder *builder, const struct draft *draft);
/* A device reference that means the link. */
void chain_add_name(struct builder *builder, uint32_t index, struct word name);

/* The link for what a reference names: by the facts if they know it, else by what is declared. All
 * of these return NO_LINK as chain_is_settled says. */
uint32_t chain_device_link(struct builder *builder, const struct frame *up, struct word reference);

/* --- declared.c ----------------------------------------------------- */

uint32_t chain_declared_link(struct builder *builder, const struct frame *up,
			     struct word reference);
uint32_t chain_crypt_link(struct builder *builder, const struct frame *up,
			  const struct crypttab_row *row);
/* NULL: no row has this target. */
const struct crypttab_row *chain_find_crypt(const struct builder *builder, const char *target);
/* The ARRAY line for an array that was seen, or NULL. */
const struct md_array *chain_find_array_of(struct builder *builder,
					   const struct facts_device *device);

/* --- volume.c ------------------------------------------------------- */

uint32_t chain_volume_link(struct builder *builder, const struct frame *up, struct word reference,
			   const char *group, const char *volume);

/* --- seen.c --------------------------------------------------------- */

uint32_t chain_fact_link(struct builder *builder, const struct frame *up,
			 const struct facts_device *device);

#endif
