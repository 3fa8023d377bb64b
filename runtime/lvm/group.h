/* A volume group as its metadata describes it: lvm2, lib/format_text/import_vsn1.c.
 *
 * Extents are counted from 0; sizes in sectors of 512 bytes. Texts and arrays live in the memory
 * that the group was read into. */
#ifndef BOOTGRAPH_LVM_GROUP_H
#define BOOTGRAPH_LVM_GROUP_H

#include "config.h"
#include "label.h"

struct lvm_pv {
	const char *name; /* within the metadata: "pv0" */
	char id[LVM_ID_TEXT];
	uint64_t begin; /* of its first extent, in sectors */
	uint64_t extents;
	bool missing; /* it was away when the group was changed without it: its content is old */
};

/* Where a part of a segment lies: on a physical volume, or on another volume, usually a hidden
 * one. */
struct lvm_area {
	uint32_t pv;	 /* index, or LVM_NONE */
	uint32_t lv;	 /* index, or LVM_NONE */
	uint64_t extent; /* pv: the first */
};

enum { LVM_NONE = UINT32_MAX };

struct lvm_segment {
	uint64_t first, count; /* extents of the volume */
	const char *type;      /* "striped" (linear is one stripe), "raid1", "thin-pool" */
	/* What type "striped" is about; a stripe of one area is linear */
	uint64_t stripe_size; /* sectors */
	struct lvm_area *area;
	uint32_t area_count;
	const struct lvm_node *node; /* all of it, for what else it refers to */
};

enum lvm_volume_flag {
	LVM_VISIBLE = 1,
	LVM_WRITE = 2,
	LVM_ODD = 4, /* has a status or setting that only lvm itself knows how to honour */
};

struct lvm_lv {
	const char *name;
	char id[LVM_ID_TEXT];
	unsigned flags;
	const char *odd; /* LVM_ODD: which */
	const struct lvm_value *tags;
	int64_t read_ahead; /* sectors, or -1: left to the kernel */
	struct lvm_segment *segment;
	uint32_t segment_count;
};

struct lvm_group {
	const char *name;
	char id[LVM_ID_TEXT];
	uint64_t seqno; /* grows with every change */
	uint64_t extent_size;
	bool exported;
	const char *system_id; /* whose it is, or NULL */
	const char *lock_type; /* of a shared group: "sanlock", "dlm"; or NULL */
	const struct lvm_value *tags;
	struct lvm_pv *pv;
	uint32_t pv_count;
	struct lvm_lv *lv;
	uint32_t lv_count;
};

/* Reads a text as it is in a metadata area. */
bool lvm_group_parse(struct lvm_memory *memory, const char *text, size_t length,
		     struct lvm_group *ret_group, struct lvm_error *error);

/* Indexes, or LVM_NONE. */
uint32_t lvm_group_find_lv(const struct lvm_group *group, const char *name);
uint32_t lvm_group_find_pv(const struct lvm_group *group, const char *id);
uint32_t lvm_group_find_pv_name(const struct lvm_group *group, const char *name);

#endif
