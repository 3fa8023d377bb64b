/* md superblocks behind a right checksum. The first byte chooses the version and with it the place;
 * the rest is the superblock. */
#include "../../runtime/probe/md.h"
#include "../md/damaged.h"

#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

enum { DEVICE = 262144 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct {
		int major;
		off_t at;
	} places[] = {{0, DEVICE - 65536}, {1, DEVICE - 8192}, {1, 0}, {1, 4096}};
	static struct disk disk;
	static int fd = -1;
	unsigned char block[MD_BLOCK] = {0};
	struct membership membership;
	struct md md;
	unsigned version;

	if (size == 0)
		return 0;
	version = data[0] % 4;
	memcpy(block, data + 1, size - 1 < MD_BLOCK ? size - 1 : MD_BLOCK);
	md_block_sum(block, places[version].major);
	if (fd < 0)
		fd = memfd_create("device", 0);
	if (ftruncate(fd, 0) < 0 || ftruncate(fd, DEVICE) < 0 ||
	    pwrite(fd, block, MD_BLOCK, places[version].at) != MD_BLOCK)
		abort();
	if (disk_open(&disk, fd) == 0 && md_read(&disk, &md) && md_membership(&md, &membership) &&
	    !membership_is_sane(&membership))
		abort();
	return 0;
}
