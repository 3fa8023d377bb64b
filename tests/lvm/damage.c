/* lvm-damage: a physical volume, made here with correct checksums, is damaged in every place.
 *
 * Label, area headers and text are covered by checksums, so whatever single byte is changed, the
 * reader either refuses the volume or says what it said before; it must never say something else.
 * Areas that wrap, are ignored, are two of which one is damaged, are read as they should be. */
#include "print.h"

#include <stdlib.h>
#include <string.h>

#include "../init/check.h"

enum {
	SIZE = 16 * LVM_SECTOR,
	AREA = 4 * LVM_SECTOR,
	AREA_SIZE = 5 * LVM_SECTOR,
	SECOND = 10 * LVM_SECTOR,
	EXTENTS = 15 * LVM_SECTOR,
	MEMORY = 1 << 20,
};

static const char TEXT[] =
	"vg {\nid = \"vgvgvg-vgvg-vgvg-vgvg-vgvg-vgvg-vgvgvg\"\nseqno = %u\nformat = \"lvm2\"\n"
	"status = [\"READ\"]\nextent_size = 8192\nphysical_volumes {\npv0 {\n"
	"id = \"pvpvpv-pvpv-pvpv-pvpv-pvpv-pvpv-pvpvpv\"\npe_start = 2048\npe_count = 100\n}\n}\n"
	"logical_volumes {\nroot {\nid = \"lvlvlv-lvlv-lvlv-lvlv-lvlv-lvlv-lvlvlv\"\n"
	"status = [\"READ\", \"WRITE\", \"VISIBLE\"]\nsegment_count = 1\nsegment1 {\n"
	"start_extent = 0\nextent_count = 10\ntype = \"striped\"\nstripe_count = 1\n"
	"stripes = [\n\"pv0\", 5\n]\n}\n}\n}\n}\n"
	"contents = \"Text Format Volume Group\"\nversion = 1\n";

static void put(unsigned char *at, uint64_t number, int bytes)
{
	for (; bytes > 0; bytes--, number >>= 8)
		*at++ = (unsigned char)number;
}

/* A label in one of the first sectors, with one area or two. */
static void put_label(unsigned char *image, unsigned sector, bool two)
{
	unsigned char *at = image + (size_t)sector * LVM_SECTOR;

	memcpy(at, "LABELONE", 8);
	put(at + 8, sector, 8);
	put(at + 20, 32, 4);
	memcpy(at + 24, "LVM2 001pvpvpvpvpvpvpvpvpvpvpvpvpvpvpvpv", 40);
	put(at + 64, SIZE, 8);
	put(at + 72, EXTENTS, 8); /* extents; size 0: all the rest */
	put(at + 104, AREA, 8);
	put(at + 112, AREA_SIZE, 8);
	put(at + 120, two ? SECOND : 0, 8);
	put(at + 128, two ? AREA_SIZE : 0, 8);
	put(at + 16, lvm_crc(LVM_CRC_START, at + 20, LVM_SECTOR - 20), 4);
}

static void put_area(unsigned char *image, uint64_t begin, uint64_t offset, unsigned seqno,
		     uint32_t flags)
{
	unsigned char *at = image + begin;
	char text[sizeof TEXT + 16];
	size_t length = (size_t)snprintf(text, sizeof text, TEXT, seqno) + 1, i;

	for (i = 0; i < length; i++)
		at[offset + i < AREA_SIZE ? offset + i : offset + i - AREA_SIZE + LVM_SECTOR] =
			(unsigned char)text[i];
	memcpy(at + 4, " LVM2 x[5A%r0N*>", 16);
	put(at + 20, 1, 4);
	put(at + 24, begin, 8);
	put(at + 32, AREA_SIZE, 8);
	put(at + 40, offset, 8);
	put(at + 48, length, 8);
	put(at + 56, lvm_crc(LVM_CRC_START, text, length), 4);
	put(at + 60, flags, 4);
	put(at, lvm_crc(LVM_CRC_START, at + 4, LVM_SECTOR - 4), 4);
}

static bool read_image(void *context, uint64_t at, void *to, size_t length)
{
	if (at > SIZE || length > SIZE - at)
		abort(); /* the reader has to stay within the device */
	memcpy(to, (const unsigned char *)context + at, length);
	return true;
}

/* What the reader makes of an image: "refused", or everything it says. */
static char *describe(unsigned char *image)
{
	static char block[MEMORY];
	struct lvm_memory memory = {block, sizeof block, 0};
	struct lvm_source source = {read_image, image, SIZE};
	struct lvm_device device;
	struct lvm_error error;
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	if (out == NULL)
		abort();
	if (!lvm_device_read(&memory, &source, &device, &error))
		fputs("refused", out);
	else if (!device.has_group)
		fprintf(out, "%s without metadata", device.label.id);
	else
		print_group(out, &memory, &device.group, NULL);
	fclose(out);
	return text;
}

static bool describes_as(unsigned char *image, const char *expected)
{
	char *text = describe(image);
	bool same = strcmp(text, expected) == 0;

	free(text);
	return same;
}

/* Every byte, to three other values. */
static void damage(unsigned char *image, const char *whole)
{
	static const unsigned char by[] = {0x01, 0x80, 0xff};
	unsigned refused = 0, same = 0, other = 0;
	size_t i, k;

	for (i = 0; i < SIZE; i++)
		for (k = 0; k < sizeof by; k++) {
			char *text;

			image[i] ^= by[k];
			text = describe(image);
			refused += strcmp(text, "refused") == 0;
			same += strcmp(text, whole) == 0;
			other += strcmp(text, "refused") != 0 && strcmp(text, whole) != 0;
			free(text);
			image[i] ^= by[k];
		}
	printf("%u refused, %u without consequence, %u misread\n", refused, same, other);
	CHECK(other == 0);
	/* the label's sector from its checksum on, the area's header, the text */
	CHECK(refused >= sizeof by * (2 * LVM_SECTOR - 20));
}

int main(void)
{
	unsigned char image[SIZE];
	char *first, *second;

	memset(image, 0, sizeof image);
	CHECK(describes_as(image, "refused"));
	put_label(image, 1, false);
	put_area(image, AREA, LVM_SECTOR, 1, 0);
	first = describe(image);
	CHECK(strstr(first, "vg-root: 0 81920 linear pv0 43008\n") != NULL);
	damage(image, first);

	/* It wraps around the end of its area. */
	put_area(image, AREA, AREA_SIZE - 100, 1, 0);
	CHECK(describes_as(image, first));
	damage(image, first);

	/* Two areas: the newer one counts, the other one where that is damaged or ignored. */
	put_label(image, 1, true);
	put_area(image, SECOND, LVM_SECTOR, 2, 0);
	second = describe(image);
	CHECK(strstr(second, "change 2,") != NULL);
	image[SECOND + LVM_SECTOR + 10] ^= 1;
	CHECK(describes_as(image, first));
	put_area(image, SECOND, LVM_SECTOR, 2, 1);
	CHECK(describes_as(image, first));
	put_area(image, AREA, LVM_SECTOR, 1, 1);
	CHECK(describes_as(image, "pvpvpv-pvpv-pvpv-pvpv-pvpv-pvpv-pvpvpv without metadata"));

	/* The label may be in any of the first four sectors, but not further on. */
	put_area(image, AREA, LVM_SECTOR, 1, 0);
	memset(image, 0, AREA);
	CHECK(describes_as(image, "refused"));
	put_label(image, 3, false);
	CHECK(describes_as(image, first));
	free(first);
	free(second);
	return checks_end();
}
