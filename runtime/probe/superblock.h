/* Recognising what is on a block device by its superblock: one table row for each type. */
#ifndef BOOTGRAPH_PROBE_SUPERBLOCK_H
#define BOOTGRAPH_PROBE_SUPERBLOCK_H

#include "answer.h"
#include "disk.h"

/* Fills in outcome, type, uuid and label; the answer is all zero before. Which type wins where
 * several have left their mark follows libblkid: the first container (md, LVM, LUKS, in this order)
 * hides everything else; two file systems are PROBE_AMBIVALENT. Returns the
 * byte from which on the find was made: 0, or a place near the end of the device. */
uint64_t superblock_probe(struct disk *disk, struct answer *answer);

#endif
