/* What the two parts of a bcache say: the device that is cached ("backing"), and the cache.
 * Sources: kernel, drivers/md/bcache/bcache_ondisk.h (struct cache_sb_disk) and
 * Documentation/admin-guide/bcache.rst. */
#ifndef BOOTGRAPH_PROBE_BCACHE_H
#define BOOTGRAPH_PROBE_BCACHE_H

#include "../core/membership.h"
#include "disk.h"

#define BCACHE_MAGIC "\xc6\x85\x73\xf6\x4e\x1a\x45\xca\x82\x65\xf5\x7f\x48\xba\x6d\x81"

/* A set for each backing device: itself, and the cache that it is attached to. The kernel does not
 * make the one out of less, because the cache may hold what was written last. A cache says that it
 * is one, and of whichever set expects it. Returns 1, or 0 if there is no superblock. */
uint32_t bcache_membership(struct disk *disk, struct membership *ret_membership);

#endif
