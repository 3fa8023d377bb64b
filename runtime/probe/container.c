#include "container.h"
#include "sha1.h"

#include <stdio.h>
#include <string.h>

void container_uuid(unsigned char uuid[16], const unsigned char *bytes, size_t length)
{
	unsigned char digest[SHA1_BYTES];
	uint32_t word;
	unsigned i;

	sha1(bytes, length, digest);
	for (i = 0; i < 16; i += 4) {
		memcpy(&word, digest + i, sizeof word);
		uuid[i] = (unsigned char)(word >> 24);
		uuid[i + 1] = (unsigned char)(word >> 16);
		uuid[i + 2] = (unsigned char)(word >> 8);
		uuid[i + 3] = (unsigned char)word;
	}
}

struct md *container_add(struct container *container, uint32_t member)
{
	struct md *md;
	size_t i, n = 0;

	if (container->count == CONTAINER_VOLUMES_MAX)
		return NULL;
	md = &container->volume[container->count++];
	*md = (struct md){.major = MD_EXTERNAL, .minor = (int)member};
	for (i = 0; i < 16; i++)
		n += (size_t)snprintf(md->name + n, sizeof md->name - n, "%02x%s",
				      container->uuid[i], i % 4 == 3 && i < 15 ? ":" : "");
	snprintf(md->name + n, sizeof md->name - n, "/%u", (unsigned)member);
	return md;
}

bool container_read(struct disk *disk, struct container *container)
{
	char serial[SERIAL_SIZE];

	*container = (struct container){.format = NULL};
	if (ddf_read(disk, container)) {
		container->format = "ddf";
		return true;
	}
	disk_serial(disk->fd, serial);
	if (imsm_read(disk, serial, container)) {
		container->format = "imsm";
		return true;
	}
	return false;
}

uint32_t container_members(struct disk *disk, struct membership membership[MEMBERSHIPS_MAX])
{
	static struct container container; /* a child looks at one disk at a time */
	uint32_t count = 0, i;

	if (!container_read(disk, &container))
		return 0;
	for (i = 0; i < container.count; i++)
		if (md_membership(&container.volume[i], &membership[count]))
			count++;
	return count;
}
