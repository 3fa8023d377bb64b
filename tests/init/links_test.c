/* The names of links: as libblkid and libdevmapper have them, and which there are. */
#include "check.h"

#include "../../runtime/init/links.h"

#include <blkid/blkid.h>
#include <libdevmapper.h>
#include <stdlib.h>

/* --- encoding ------------------------------------------------------------- */

static void compare_encoding(const char *text)
{
	char ours[LINK_MAX], theirs[LINK_MAX];

	link_encode(ours, sizeof ours, text);
	if (blkid_encode_string(text, theirs, sizeof theirs) != 0)
		theirs[0] = '\0';
	CHECK(strcmp(ours, theirs) == 0);
}

static void test_encoding(void)
{
	static const char *const texts[] = {
		"",	    "root",	"a b/c\\d\"'", "Größe", "\xff\xfe",
		"\xe2\x82", "\xc0\xaf", "日本",	       "..",
	};
	char text[8];
	unsigned a, b;

	for (a = 0; a < sizeof texts / sizeof *texts; a++)
		compare_encoding(texts[a]);
	for (a = 1; a < 256; a++)
		for (b = 0; b < 256; b++) {
			snprintf(text, sizeof text, "x%c%c", (int)a, (int)b);
			compare_encoding(text);
		}
}

static void test_too_long(void)
{
	char to[8];

	link_encode(to, sizeof to, "abcde");
	CHECK_TEXT(to, ""); /* rather none than another device's */
	link_encode(to, sizeof to, "abcd");
	CHECK_TEXT(to, "abcd");
}

/* --- volumes -------------------------------------------------------------- */

static void test_volumes(void)
{
	static const char *const names[] = {
		"vg-root",	  "vg--data-root",   "vg-lv--a--b",	"vg-lv-layer",
		"vg-lv_rimage_0", "vg--a----b-c--d", "vg-lv--x-cow--1", "vg-pvmove0",
	};
	struct dm_pool *pool = dm_pool_create("names", 1024);

	for (unsigned i = 0; i < sizeof names / sizeof *names; i++) {
		char *group, *volume, *layer;
		struct volume_name name;

		link_split_volume(names[i], &name);
		CHECK(dm_split_lvm_name(pool, names[i], &group, &volume, &layer));
		CHECK(strcmp(name.group, group) == 0);
		CHECK(strcmp(name.volume, volume) == 0);
		CHECK(strcmp(name.layer, layer) == 0);
	}
	dm_pool_destroy(pool);
}

/* --- which there are ------------------------------------------------------ */

static void append(void *context, const char *path)
{
	strcat(strcat(context, path), " ");
}

static const char *links(const char *type, const char *uuid, const char *label)
{
	static char found[4 * LINK_MAX];
	struct seen seen = {.name = "sda1",
			    .type = (char *)type,
			    .uuid = (char *)uuid,
			    .label = (char *)label,
			    .part_uuid = "0001",
			    .part_name = "a b"};

	found[0] = '\0';
	links_by_content(&seen, append, found);
	return found;
}

static void test_content(void)
{
#define PARTITION "disk/by-partuuid/0001 disk/by-partlabel/a\\x20b "
	CHECK_TEXT(links("ext4", "1-2", "root"), "disk/by-uuid/1-2 disk/by-label/root " PARTITION);
	CHECK_TEXT(links("crypto_LUKS", "1-2", "root"), "disk/by-uuid/1-2 " PARTITION);
	CHECK_TEXT(links("linux_raid_member", "1-2", "root"), PARTITION);
	CHECK_TEXT(links("LVM2_member", "1-2", NULL), PARTITION);
	CHECK_TEXT(links(NULL, NULL, NULL), PARTITION);
}

int main(void)
{
	test_encoding();
	test_too_long();
	test_volumes();
	test_content();
	return checks_end();
}
