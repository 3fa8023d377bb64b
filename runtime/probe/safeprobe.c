/* bootgraph-probe: what libblkid finds on a device, as KEY=value lines under udev's names.
 *
 *   bootgraph-probe DEVICE
 *
 * The probe child runs it where its own table is not enough: for types that the table does not
 * have, and where several types have left their mark. Dynamically linked; in the image only if
 * there is room for it. Exit status as blkid(8): 0 found, 2 nothing known is there, 8 ambivalent, 4
 * error.
 */
#include "../helper/confine.h"

#include <blkid.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { FOUND = 0, NOTHING = 2, FAILED = 4, AMBIVALENT = 8 };

struct key {
	const char *blkid, *udev;
};

static const struct key keys[] = {
	{"TYPE", "ID_FS_TYPE"},
	{"UUID", "ID_FS_UUID"},
	{"LABEL", "ID_FS_LABEL"},
	{"PART_ENTRY_UUID", "ID_PART_ENTRY_UUID"},
	{"PART_ENTRY_NAME", "ID_PART_ENTRY_NAME"},
	{"PART_ENTRY_NUMBER", "ID_PART_ENTRY_NUMBER"},
	{"PTTYPE", "ID_PART_TABLE_TYPE"},
};

/* One line; a control character would end it early or disturb a terminal. */
static void print(const char *key, const char *value)
{
	printf("%s=", key);
	for (; *value != '\0'; value++)
		putchar((unsigned char)*value < ' ' || *value == 0x7f ? '_' : *value);
	putchar('\n');
}

static int probe(blkid_probe handle)
{
	const char *value;
	unsigned i;
	int r;

	blkid_probe_enable_superblocks(handle, 1);
	blkid_probe_set_superblocks_flags(handle, BLKID_SUBLKS_LABEL | BLKID_SUBLKS_UUID |
							  BLKID_SUBLKS_TYPE);
	blkid_probe_enable_partitions(handle, 1);
	blkid_probe_set_partitions_flags(handle, BLKID_PARTS_ENTRY_DETAILS);
	r = blkid_do_safeprobe(handle);
	for (i = 0; i < sizeof keys / sizeof keys[0]; i++)
		if (blkid_probe_lookup_value(handle, keys[i].blkid, &value, NULL) == 0)
			print(keys[i].udev, value);
	return r == -2 ? AMBIVALENT : r < 0 ? FAILED : r == 0 ? FOUND : NOTHING;
}

int main(int argc, char **argv)
{
	blkid_probe handle;
	int fd, status;

	if (argc != 2) {
		fprintf(stderr, "usage: bootgraph-probe DEVICE\n");
		return FAILED;
	}
	fd = open(argv[1], O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	handle = blkid_new_probe();
	if (fd < 0 || handle == NULL || blkid_probe_set_device(handle, fd, 0, 0) < 0) {
		fprintf(stderr, "bootgraph-probe: %s: %s\n", argv[1], strerror(errno));
		return FAILED;
	}
	/* Whatever a crafted superblock makes of the library, it can only read. */
	if (confine(CONFINED_READER) < 0)
		fprintf(stderr, "bootgraph-probe: not confined\n");
	status = probe(handle);
	blkid_free_probe(handle);
	close(fd);
	if (fflush(stdout) != 0) {
		fprintf(stderr, "bootgraph-probe: %s\n", strerror(errno));
		return FAILED;
	}
	return status;
}
