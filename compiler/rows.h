/* The rows that templates (for-each) make their instances from. */
#ifndef BOOTGRAPH_ROWS_H
#define BOOTGRAPH_ROWS_H

#include "graph.h"

enum { FIELDS_MAX = 25 }; /* one more than there are, for the end */

/* What {field} stands for in one instance. */
struct row {
	struct field_value fields[FIELDS_MAX];
};

typedef VEC(struct row) row_list;

/* Appends the rows of a set. */
void rows_of(const struct model *model, enum row_set set, row_list *rows);

/* Its parts for what lies below file systems: rows_crypttab.c, rows_array.c, rows_volume.c,
 * rows_btrfs.c, rows_bcache.c, rows_mapping.c. */
void rows_add_crypttab(const struct model *model, row_list *rows);
void rows_add_key_disks(const struct model *model, row_list *rows);
void rows_add_cryptopts(const struct model *model, row_list *rows);
void rows_add_arrays(const struct model *model, row_list *rows, bool only_contained);
void rows_add_volumes(const struct model *model, row_list *rows, bool only_for_lvm);
void rows_add_mappings(const struct model *model, row_list *rows, enum mapping_table table);
void rows_add_bcache(const struct model *model, row_list *rows);
void rows_add_btrfs(const struct model *model, row_list *rows);
/* The line for a mount point, or NULL. */
const struct fstab_row *rows_find_fstab(const struct model *model, const char *where);

#endif
