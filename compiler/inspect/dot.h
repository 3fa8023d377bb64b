/* The picture of a program: what dot.c draws, and what the others find out for it. */
#ifndef BOOTGRAPH_DOT_H
#define BOOTGRAPH_DOT_H

#include "../program.h"
#include "../timeline/timeline.h"

struct dot_options {
	bool all_edges; /* also those that follow from others */
	const struct timeline
		*measured; /* a boot's: its critical path, and how long it took; or NULL */
};

/* Program -> Graphviz; errors show in ferror(out). With bare bands, they have no titles. */
void program_dot(const struct program *program, const struct dot_options *options, bool bare_bands,
		 FILE *out);

/* svg_bands.c: copies what dot -Tsvg made of bare bands, each drawn over the whole width, with its
 * title in a margin. Errors show in ferror of both. */
void svg_widen_bands(FILE *in, FILE *out);

/* --- bands.c: the phases of a boot, in their order ------------------------ */

/* ORDER BAND: titles in bands.c. Those that have the name of a phase hold initramfs-tools' scripts,
 * nfs-top's beside local-top's and so on. */
enum band {
	BAND_EARLY,
	BAND_INIT_TOP,
	BAND_DEVICES,
	BAND_INIT_PREMOUNT,
	BAND_LOCAL_TOP,
	BAND_LOCAL_BLOCK,
	BAND_STORAGE,
	BAND_LOCAL_PREMOUNT,
	BAND_ROOT,
	BAND_LOCAL_BOTTOM,
	BAND_INIT_BOTTOM,
	BAND_HANDOFF,
	BAND_COUNT
};

const char *band_title(enum band band);

/* The band of each node. A script has that of its phase; of the others none is earlier than what it
 * waits for. */
enum band *bands_find(const struct program *program);

/* --- paths.c: which edges matter ------------------------------------------ */

/* For each edge, whether it is to be drawn: one that follows from stronger or equal ones is not,
 * nor `starting`, which the hold beside it stands for. */
bool *edges_reduce(const struct program *program);

struct critical_path {
	bool *node, *edge;
	const char **time; /* of each node: "0.345 s"; NULL if it was not measured */
};

/* The longest chain of needs to the goal, or what decided when a measured boot ended. */
struct critical_path critical_find(const struct program *program, const bool *drawn,
				   const struct timeline *measured);

#endif
