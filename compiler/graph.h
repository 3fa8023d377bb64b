/* The graph: units as instances, devices, and who waits for whom. The world after resolution.
 *
 * Made by resolve.c and graph.c, put in order by order.c, checked, then lowered. Indexes are into
 * graph->nodes unless said otherwise. Everything lives in the compilation's arena. */
#ifndef BOOTGRAPH_GRAPH_H
#define BOOTGRAPH_GRAPH_H

#include "manifest.h"
#include "model.h"
#include "program.h"

struct graph_node {
	const char *name;
	struct span span;
	const struct unit *unit;	/* the instance, its {fields} expanded; NULL for a device */
	struct program_value reference; /* device: what names it */
	uint32_t limit; /* device: milliseconds that it may take to appear; 0: as rootdelay= has it
			 */
};

struct graph_edge {
	uint32_t from, to;
	enum edge_kind kind;
	enum edge_reason reason;
	struct span span;
};

struct graph {
	struct arena *arena;
	const struct model *model;
	VEC(struct graph_node) nodes;
	VEC(struct graph_edge) edges;
	uint32_t goal; /* NONE until one was found */
};

/* resolve.c: picks the units that apply, one instance for each row of their for-each, and expands
 * their {fields}. Instances are owned by the model's arena; a unit in error is left out. root_fd is
 * the sysroot that if-host looks into. */
typedef VEC(struct unit *) unit_list;
void resolve_units(struct model *model, struct diag *diag, int root_fd, unit_list *ret_instances);

/* Whether its if-host lets the unit in. */
bool unit_is_for_host(const struct model *model, const struct unit *unit, int root_fd);

/* expand.c: `{name}` and `{name or default}` as a value; reports and returns false if it is neither
 * plain text nor a placeholder that stands alone. */
bool expand_value(struct arena *arena, struct diag *diag, const struct word *word,
		  struct program_value *ret_value);
/* A field of a for-each row: what {name} stands for, and where that was written. */
struct field_value {
	const char *name;
	struct word value;
};
/* Replaces {field}s in a word's text. The word's span becomes that of the first field replaced:
 * what a template is about is the row. fields ends with a name that is NULL. */
void expand_fields(struct arena *arena, struct word *word, const struct field_value *fields);
/* The value as it is written in unit files and listings: text, {name} or {name or text}. */
const char *value_string(struct arena *arena, const struct program_value *value);

/* graph.c: nodes and edges; names that lead nowhere are reported. */
struct graph *graph_build(const struct model *model, struct diag *diag, const unit_list *instances);
/* The device node for a reference, made when it is new. */
uint32_t graph_device(struct graph *graph, const struct program_value *reference, struct span span);

/* Whether a unit mounts a path of the real system, which the initramfs has below /root, or one of
 * its own. */
bool graph_mounts(const struct unit *unit, const char *path);

/* Adds an edge, unless there is one of its kind already. */
void graph_add_edge(struct graph *graph, struct graph_edge edge);
/* Whether an order says that one node comes before another. */
bool graph_precedes(const struct graph *graph, uint32_t from, uint32_t to);

/* provide.c: a device that a unit provides is provided under its other names too. */
void graph_connect_names(struct graph *graph);
/* Whether a unit that discovers devices might bring this one. What is known to bring others only
 * does not. */
bool graph_can_bring(const struct graph *graph, uint32_t unit, uint32_t device);

/* sets.c: what there is to know of a set besides its being complete. */
void graph_connect_sets(struct graph *graph);

/* data.c: who reads a variable comes after who writes it. */
void graph_connect_data(struct graph *graph, struct diag *diag);

/* The node an event of start-on is about, or NONE. */
uint32_t graph_term_node(struct graph *graph, struct diag *diag, const struct term *term);
/* Whether it is `stopped X`, and X a unit that this machine does not have: masked, not for this
 * host, without rows. Such a one counts as skipped before the boot, so the term holds from the
 * start: what was to come after X must not be lost with it. */
bool graph_left_out(const struct graph *graph, const struct term *term);

/* order.c: renumbers nodes so that each comes after what it waits for, as near to the order of
 * declaration as possible, and sorts the edges by their target. Reports each cycle as a path and
 * returns false if there are any. */
bool graph_order(struct graph *graph, struct diag *diag);

/* lower.c: milliseconds that each step of a unit may take, or NO_LIMIT. */
uint32_t unit_limit(const struct unit *unit);

/* lower.c, manifest.c */
struct program *graph_lower(const struct graph *graph, const struct model *model,
			    struct diag *diag);
void graph_manifest(const struct graph *graph, const struct model *model, struct diag *diag,
		    struct manifest *manifest);

#endif
