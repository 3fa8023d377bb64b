/* YAML as far as unit files need it (libyaml): scalars are texts, mappings have texts as keys, and
 * every node keeps its place. There are no tags, anchors, aliases or directives.
 *
 * Everything lives in the arena. */
#ifndef BOOTGRAPH_YAML_H
#define BOOTGRAPH_YAML_H

#include "../model.h"

enum yaml_kind {
	YAML_SCALAR,
	YAML_SEQUENCE,
	YAML_MAPPING,
};

struct yaml_pair {
	struct word key;
	struct yaml_node *value;
};

struct yaml_node {
	enum yaml_kind kind;
	struct word
		scalar; /* its text has escapes undone and lines folded; "" for nothing at all */
	bool quoted;	/* or a block scalar: "" then means an empty text */
	VEC(struct yaml_node *) items;
	VEC(struct yaml_pair) pairs;
	struct span span; /* without the blank lines and comments that follow it */
};

enum {
	YAML_SIZE_MAX = 1 << 20, /* bytes of a file */
	YAML_DEPTH_MAX = 16,
	YAML_KEYS_MAX = 256, /* of one mapping */
	YAML_DOCUMENTS_MAX = 1024,
};

typedef void yaml_document(void *context, const struct yaml_node *node);

/* Calls handle for each document of a file that can be read. What is wrong is reported; after an
 * error of syntax that document is left out, and reading goes on with the next one. */
void yaml_read(struct arena *arena, struct diag *diag, const struct text *text,
	       yaml_document *handle, void *context);

/* Nothing at all: `key:` without a value, or an empty document. */
bool yaml_is_null(const struct yaml_node *node);

/* "a text", "an empty sequence", "a mapping with several keys"...: for messages. */
const char *yaml_kind_name(const struct yaml_node *node);

/* The place of a part of a scalar's text, or of the whole scalar where the text is not written as
 * it reads: with escapes, or over several lines. */
struct span yaml_part(struct word scalar, size_t from, size_t length);

#endif
