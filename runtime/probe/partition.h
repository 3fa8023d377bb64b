/* Partition tables: what names a partition has (PARTUUID, PARTLABEL), from the table on its disk.
 *
 * The kernel has found the partitions already; this only looks up what it does not tell. Sources:
 * UEFI specification 2.10, chapter 5 (GPT); kernel: block/partitions/efi.c, msdos.c. */
#ifndef BOOTGRAPH_PROBE_PARTITION_H
#define BOOTGRAPH_PROBE_PARTITION_H

#include "answer.h"
#include "disk.h"

#define START_UNKNOWN UINT64_MAX

/* Fills in part_uuid, part_name and part_number of the partition with this number that begins at
 * byte start of the disk (or START_UNKNOWN); leaves them alone if the table does not have it. A GPT
 * whose first copy is damaged is read from its second one. */
void partition_names(struct disk *disk, uint32_t number, uint64_t start, struct answer *answer);

/* Whether the disk has a partition table, and whether one of its partitions covers the byte. */
bool partition_table(struct disk *disk, uint64_t byte, bool *ret_covered);

#endif
