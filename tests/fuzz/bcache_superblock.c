/* bcache's superblocks: whatever stands in one, PID 1 takes what is said of it. The input is what
 * follows the magic number and the place, which are right. */
#include "../../runtime/probe/bcache.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

enum { DEVICE = 65536, SUPER = 4096 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	unsigned char block[SUPER] = {[8] = SUPER / 512};
	static struct disk disk;
	static int fd = -1;
	struct membership membership;

	memcpy(block + 16, data, size < 8 ? size : 8); /* the version */
	memcpy(block + 24, BCACHE_MAGIC, 16);
	if (size > 8)
		memcpy(block + 40, data + 8, size - 8 < SUPER - 40 ? size - 8 : SUPER - 40);
	if (fd < 0)
		fd = memfd_create("device", 0);
	if (ftruncate(fd, 0) < 0 || ftruncate(fd, DEVICE) < 0 ||
	    pwrite(fd, block, SUPER, SUPER) != SUPER)
		abort();
	if (disk_open(&disk, fd) == 0 && bcache_membership(&disk, &membership) > 0 &&
	    !membership_is_sane(&membership))
		abort();
	return 0;
}
