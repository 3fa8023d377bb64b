/* LVM's configuration language, in which both its metadata and lvm.conf are written: lvm.conf(5).
 *
 *   vg { id = "..." seqno = 3 status = ["READ", "WRITE"] lv { ... } }   # a comment
 *
 * Parsed into a tree that lives in the caller's memory. Untrusted: depth, numbers and memory are
 * bounded, and what does not fit is refused with its line. */
#ifndef BOOTGRAPH_LVM_CONFIG_H
#define BOOTGRAPH_LVM_CONFIG_H

#include "memory.h"

enum { LVM_DEPTH_MAX = 16 };

enum lvm_value_kind { LVM_NUMBER, LVM_FLOAT, LVM_TEXT };

struct lvm_value {
	enum lvm_value_kind kind;
	int64_t number;	  /* LVM_NUMBER */
	const char *text; /* LVM_TEXT; LVM_FLOAT: as it is written, since nobody needs it */
	const struct lvm_value *next; /* in a list */
};

struct lvm_node {
	const char *key;
	unsigned line;
	bool is_section;
	struct lvm_node *child;	       /* of a section: its first */
	const struct lvm_value *value; /* of an assignment: NULL is the empty list */
	struct lvm_node *next;
};

/* length bytes; a NUL ends the text early, as lvm writes one at its end. ret_first may be NULL for
 * a text without any node. The error names the line. */
bool lvm_config_parse(struct lvm_memory *memory, const char *text, size_t length,
		      struct lvm_node **ret_first, struct lvm_error *error);

/* The first node of this name among first and its successors, or NULL. */
const struct lvm_node *lvm_find(const struct lvm_node *first, const char *key);
/* The same, where it is an assignment of this kind; NULL, or otherwise, where it is not. */
const char *lvm_find_text(const struct lvm_node *first, const char *key);
int64_t lvm_find_number(const struct lvm_node *first, const char *key, int64_t otherwise);
/* Whether a list, or a single text, has this word. */
bool lvm_has_word(const struct lvm_value *value, const char *word);

#endif
