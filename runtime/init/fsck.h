/* Checking a file system as initramfs-tools' checkfs does (initramfs-tools 0.142,
 * scripts/functions), without fsck(8)'s wrapper and logsave(8) in between. */
#ifndef BOOTGRAPH_FSCK_H
#define BOOTGRAPH_FSCK_H

#include "child.h"

/* What fsck(8) may exit with, or-ed together. */
enum {
	FSCK_CORRECTED = 1,
	FSCK_REBOOT = 2,
	FSCK_UNCORRECTED = 4,
	FSCK_CANCELLED = 32,
};

/* The effect OP_FSCK. Fails only when errors are left uncorrected, or the program was killed. */
int32_t work_fsck(struct init *init, const struct effect *effect, struct report *report);

#endif
