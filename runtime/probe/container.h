/* Containers: disks whose metadata a firmware shares with md, which knows nothing of it. mdadm puts
 * them together, and mdmon writes their metadata while a volume runs. Two formats: IMSM (Intel
 * Matrix Storage, isw) and DDF (SNIA's Disk Data Format, for controllers).
 *
 * Used by the probe child and by bootgraph-md. A volume is read into the same struct md as an array
 * of md's own; what is read is hostile. Sources: imsm.c, ddf.c. */
#ifndef BOOTGRAPH_PROBE_CONTAINER_H
#define BOOTGRAPH_PROBE_CONTAINER_H

#include "md.h"

enum { CONTAINER_VOLUMES_MAX = MEMBERSHIPS_MAX, SERIAL_SIZE = 17 };

/* What one disk says of its container. */
struct container {
	const char *format;	/* as mdadm's --metadata has it: "imsm", "ddf"; NULL: none */
	unsigned char uuid[16]; /* as mdadm makes it, in the order in which it is written as text */
	/* The volumes that this disk is in, or may become part of. Their major is MD_EXTERNAL,
	 * their minor what mdadm calls member=, their name "CONTAINER-UUID/member". */
	struct md volume[CONTAINER_VOLUMES_MAX];
	unsigned count;
};

/* Reads an open whole disk; false if it is in no container that is understood. */
bool container_read(struct disk *disk, struct container *ret_container);

/* Both at once: the memberships of a disk in a container. */
uint32_t container_members(struct disk *disk, struct membership ret_membership[MEMBERSHIPS_MAX]);

/* --- by format ------------------------------------------------------------- */

/* IMSM knows its disks by their serial numbers; serial is this one's, "" if it is not known. */
bool imsm_read(struct disk *disk, const char *serial, struct container *ret_container);
bool ddf_read(struct disk *disk, struct container *ret_container);

/* --- shared by both --------------------------------------------------------- */

/* The UUID that mdadm makes of some bytes: words of the machine, out of their SHA-1. */
void container_uuid(unsigned char ret_uuid[16], const unsigned char *bytes, size_t length);

/* Adds a volume with the container's UUID in its name; NULL if there is no room. */
struct md *container_add(struct container *container, uint32_t member);

/* --- serial.c --------------------------------------------------------------- */

/* The serial number of a disk as mdadm writes it into IMSM's metadata, "" if it has none: its last
 * 16 characters, without blanks, and with ';' for ':'. */
void disk_serial(int fd, char ret_serial[SERIAL_SIZE]);

#endif
