#include "superblock.h"
#include "bcache.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

enum uuid_form {
	UUID_NONE,
	UUID_DCE,  /* 16 bytes */
	UUID_TEXT, /* as text, 40 bytes */
	UUID_LVM,  /* 32 characters, written in groups */
	UUID_OWN,  /* filled in by the row's accept function */
};

enum label_form {
	LABEL_NONE,
	LABEL_BYTES,
	LABEL_UTF16,
	LABEL_OWN,
};

enum place {
	FROM_START,
	MD_0_90,      /* the last whole 64 KiB but one */
	MD_1_0,	      /* between 8 and 12 KiB from the end, on a 4 KiB boundary */
	LAST,	      /* the last 512 bytes */
	LAST_BUT_ONE, /* in sectors of the disk's own */
};

/* One type: its magic, and the record its UUID and label stand in. Offsets are from the place. */
struct row {
	const char *type;
	bool container;
	enum place place;
	uint32_t magic_at;
	unsigned magic_length;
	const char *magic;
	uint32_t record_at;
	unsigned record_length;
	enum uuid_form uuid;
	unsigned uuid_at; /* in the record */
	enum label_form label;
	unsigned label_at, label_length;
	/* Looks closer; false if it is not this type after all. at is where the record begins. */
	bool (*accept)(struct disk *disk, uint64_t at, const unsigned char *record,
		       struct answer *answer);
};

/* --- ext2, ext3, ext4 (kernel: Documentation/filesystems/ext4/super.rst) --- */

enum {
	EXT_COMPAT = 0x5c,
	EXT_INCOMPAT = 0x60,
	EXT_RO_COMPAT = 0x64,
	COMPAT_HAS_JOURNAL = 0x4,
	INCOMPAT_FILETYPE = 0x2,
	INCOMPAT_RECOVER = 0x4,
	INCOMPAT_JOURNAL_DEV = 0x8,
	INCOMPAT_META_BG = 0x10,
	RO_COMPAT_EXT3 = 0x7, /* sparse_super, large_file, btree_dir */
};

/* The three share a format; the oldest driver that can mount it gives the name. */
static bool is_ext(const unsigned char *record, const char *type)
{
	uint32_t compat = le32(record + EXT_COMPAT), incompat = le32(record + EXT_INCOMPAT),
		 ro_compat = le32(record + EXT_RO_COMPAT);
	bool journal = compat & COMPAT_HAS_JOURNAL;
	const char *oldest;

	if (incompat & INCOMPAT_JOURNAL_DEV)
		oldest = "jbd";
	else if (!journal && !(ro_compat & ~(uint32_t)RO_COMPAT_EXT3) &&
		 !(incompat & ~(uint32_t)(INCOMPAT_FILETYPE | INCOMPAT_META_BG)))
		oldest = "ext2";
	else if (journal && !(ro_compat & ~(uint32_t)RO_COMPAT_EXT3) &&
		 !(incompat & ~(uint32_t)(INCOMPAT_FILETYPE | INCOMPAT_RECOVER | INCOMPAT_META_BG)))
		oldest = "ext3";
	else
		oldest = "ext4";
	return strcmp(type, oldest) == 0;
}

static bool accept_ext2(struct disk *disk, uint64_t at, const unsigned char *record,
			struct answer *answer)
{
	(void)disk, (void)at, (void)answer;
	return is_ext(record, "ext2");
}

static bool accept_ext3(struct disk *disk, uint64_t at, const unsigned char *record,
			struct answer *answer)
{
	(void)disk, (void)at, (void)answer;
	return is_ext(record, "ext3");
}

static bool accept_ext4(struct disk *disk, uint64_t at, const unsigned char *record,
			struct answer *answer)
{
	(void)disk, (void)at, (void)answer;
	return is_ext(record, "ext4");
}

static bool accept_jbd(struct disk *disk, uint64_t at, const unsigned char *record,
		       struct answer *answer)
{
	(void)disk, (void)at, (void)answer;
	return is_ext(record, "jbd");
}

/* --- FAT (Microsoft: FAT32 File System Specification, 1.03) --------------- */

struct fat {
	uint32_t sector, reserved, root_entries, sectors, fat_length;
	bool fat32;
	uint64_t root_at; /* bytes */
};

static bool is_power_of_two(uint32_t number)
{
	return number != 0 && (number & (number - 1)) == 0;
}

static bool read_fat(const unsigned char *boot, struct fat *fat)
{
	uint32_t per_cluster = boot[13], fats = boot[16], data, root_sectors, clusters;

	fat->sector = le16(boot + 11);
	fat->reserved = le16(boot + 14);
	fat->root_entries = le16(boot + 17);
	fat->sectors = le16(boot + 19) != 0 ? le16(boot + 19) : le32(boot + 32);
	fat->fat_length = le16(boot + 22) != 0 ? le16(boot + 22) : le32(boot + 36);
	if (fats == 0 || fat->reserved == 0 || !(boot[21] >= 0xf8 || boot[21] == 0xf0) ||
	    !is_power_of_two(per_cluster) || !is_power_of_two(fat->sector) || fat->sector < 512 ||
	    fat->sector > 4096 || fat->fat_length > UINT32_MAX / 256)
		return false;
	root_sectors = (fat->root_entries * 32 + fat->sector - 1) / fat->sector;
	data = fat->reserved + fats * fat->fat_length + root_sectors;
	if (fat->sectors < data)
		return false;
	clusters = (fat->sectors - data) / per_cluster;
	fat->fat32 = le16(boot + 22) == 0 && le32(boot + 36) != 0;
	if (clusters > (fat->fat32 ? 0x0ffffff6u : 0xfff4u))
		return false;
	fat->root_at = ((uint64_t)fat->reserved + (uint64_t)fats * fat->fat_length) * fat->sector;
	if (fat->fat32) {
		if (le32(boot + 44) < 2)
			return false;
		fat->root_at += (uint64_t)(le32(boot + 44) - 2) * per_cluster * fat->sector;
	}
	return true;
}

/* The volume label is an entry of the root directory. mkfs makes it the first one, and a label
 * that comes after the first 128 entries is not looked for. */
static void read_fat_label(struct disk *disk, const struct fat *fat, struct answer *answer)
{
	unsigned i, count = fat->fat32 || fat->root_entries > 128 ? 128 : fat->root_entries;

	for (i = 0; i < count; i++) {
		const unsigned char *entry = disk_bytes(disk, fat->root_at + (uint64_t)i * 32, 32);

		if (entry == NULL || entry[0] == 0)
			return; /* no further entry */
		if (entry[0] == 0xe5 || (entry[11] & 0x3f) == 0x0f || (entry[11] & 0x18) != 0x08)
			continue; /* deleted; part of a long name; not a label */
		if (memcmp(entry, "NO NAME    ", 11) != 0) {
			answer_copy(answer->label, sizeof answer->label, entry, 11);
			if (entry[0] == 0x05)
				answer->label[0] = (char)0xe5;
		}
		return;
	}
}

static bool accept_vfat(struct disk *disk, uint64_t at, const unsigned char *record,
			struct answer *answer)
{
	struct fat fat;
	uint32_t serial;

	(void)at;
	if ((record[0] != 0xeb && record[0] != 0xe9) || !read_fat(record, &fat) ||
	    memcmp(record + 3, "NTFS    ", 8) == 0)
		return false;
	serial = le32(record + (fat.fat32 ? 67 : 39));
	if (serial != 0)
		snprintf(answer->uuid, sizeof answer->uuid, "%04X-%04X", (unsigned)(serial >> 16),
			 (unsigned)(serial & 0xffff));
	read_fat_label(disk, &fat, answer);
	return true;
}

/* --- swap (kernel: include/linux/swap.h, union swap_header; the record begins at 1024) --- */

static bool accept_swap(struct disk *disk, uint64_t at, const unsigned char *record,
			struct answer *answer)
{
	(void)disk, (void)at, (void)answer;
	return le32(record) == 1 && le32(record + 4) != 0; /* version, last page */
}

/* --- containers ----------------------------------------------------------- */

/* md version 0.90 (kernel: include/uapi/linux/raid/md_p.h, mdp_super_t): the UUID is words 5 and 13
 * to 15, as numbers, in the byte order of the machine that made it */
static bool accept_md_0_90(struct disk *disk, uint64_t at, const unsigned char *record,
			   struct answer *answer)
{
	bool little = le32(record) == 0xa92b4efc;
	unsigned char uuid[16];
	unsigned i, k;

	(void)disk, (void)at;
	if (!little && be32(record) != 0xa92b4efc)
		return false;
	if ((little ? le32(record + 4) : be32(record + 4)) != 0)
		return false; /* a 1.0 superblock can stand in the same place */
	for (i = 0; i < 4; i++)
		for (k = 0; k < 4; k++)
			uuid[4 * i + k] = record[(i == 0 ? 20 : 48 + 4 * i) + (little ? 3 - k : k)];
	answer_copy_uuid(answer->uuid, uuid);
	return true;
}

/* md version 1 (the same header, struct mdp_superblock_1): it says itself where it stands */
static bool accept_md_1(struct disk *disk, uint64_t at, const unsigned char *record,
			struct answer *answer)
{
	(void)disk, (void)answer;
	return le32(record + 4) == 1 && le64(record + 144) == at / 512; /* super_offset */
}

/* DDF (SNIA: Common RAID Disk Data Format): the anchor, and a header where it says */
static bool accept_ddf(struct disk *disk, uint64_t at, const unsigned char *record,
		       struct answer *answer)
{
	uint64_t primary = (uint64_t)be32(record + 96) << 32 | be32(record + 100);
	const unsigned char *header =
		primary <= disk->size / 512 ? disk_bytes(disk, primary * 512, 4) : NULL;

	(void)at, (void)answer;
	return header != NULL && be32(header) == 0xde11de11;
}

/* LVM2 (lvm2: lib/format_text/layout.h): a label in one of the first four sectors, which says in
 * which, and where the PV header follows it */
static bool accept_lvm2(struct disk *disk, uint64_t at, const unsigned char *record,
			struct answer *answer)
{
	unsigned i;

	(void)disk, (void)answer;
	for (i = 0; i < 32; i++)
		if (!isalnum(record[32 + i]))
			return false; /* no UUID of LVM's */
	return memcmp(record, "LABELONE", 8) == 0 && le64(record + 8) == at / 512 &&
	       le32(record + 20) == 32;
}

/* LUKS (cryptsetup: docs/on-disk-format, LUKS2 docs): version 2 has a label */
static bool accept_luks(struct disk *disk, uint64_t at, const unsigned char *record,
			struct answer *answer)
{
	(void)disk, (void)at;
	if (be16(record + 6) == 2)
		answer_copy(answer->label, sizeof answer->label, record + 24, 48);
	return be16(record + 6) == 1 || be16(record + 6) == 2;
}

/* bcache (bcache.h): it says itself where it stands */
static bool accept_bcache(struct disk *disk, uint64_t at, const unsigned char *record,
			  struct answer *answer)
{
	(void)disk, (void)answer;
	return le64(record + 8) == at / 512;
}

/* --- others --------------------------------------------------------------- */

static bool accept_xfs(struct disk *disk, uint64_t at, const unsigned char *record,
		       struct answer *answer)
{
	uint32_t block = be32(record + 4), sector = be16(record + 102);

	(void)disk, (void)at, (void)answer;
	return is_power_of_two(block) && block >= 512 && block <= 65536 &&
	       is_power_of_two(sector) && sector >= 512 && sector <= 32768 &&
	       record[120] == (unsigned)__builtin_ctz(block); /* sb_blocklog */
}

static bool accept_squashfs(struct disk *disk, uint64_t at, const unsigned char *record,
			    struct answer *answer)
{
	(void)disk, (void)at, (void)answer;
	return le16(record + 28) >= 4;
}

/* ECMA-119 8.4: dates as sixteen digits and a byte; the time of modification, else of creation,
 * stands in for a UUID */
static bool accept_iso9660(struct disk *disk, uint64_t at, const unsigned char *record,
			   struct answer *answer)
{
	const unsigned char *date = record + 830;
	static const unsigned char groups[] = {4, 2, 2, 2, 2, 2, 2};
	unsigned i, k, n = 0, digit = 0;

	(void)disk, (void)at;
	if (record[0] != 1)
		return false; /* not the primary descriptor */
	if (memcmp(date, "0000000000000000", 16) == 0)
		date = record + 813;
	for (i = 0; i < 16; i++)
		if (date[i] < '0' || date[i] > '9')
			return true;
	if (memcmp(date, "0000000000000000", 16) == 0)
		return true;
	for (i = 0; i < sizeof groups; i++) {
		if (i > 0)
			answer->uuid[n++] = '-';
		for (k = 0; k < groups[i]; k++)
			answer->uuid[n++] = (char)date[digit++];
	}
	return true;
}

/* --- the table ----------------------------------------------------------------------------------
 * Sources beside the functions above, and: btrfs kernel fs/btrfs/accessors.h, struct
 * btrfs_super_block; f2fs include/linux/f2fs_fs.h; erofs fs/erofs/erofs_fs.h; squashfs
 * fs/squashfs/squashfs_fs.h; xfs fs/xfs/libxfs/xfs_format.h, struct xfs_dsb.
 */

/* clang-format off */
#define EXT(name)                                                                                  \
	{#name, false, FROM_START, 1024 + 0x38, 2, "\x53\xef", 1024, 1024,                         \
	 UUID_DCE, 0x68, LABEL_BYTES, 0x78, 16, accept_##name}
#define SWAP(type, page, magic)                                                                    \
	{type, false, FROM_START, (page) - 10, sizeof(magic) - 1, magic, 1024, 256,                \
	 UUID_DCE, 12, LABEL_BYTES, 28, 16, accept_swap}
#define SWAP_PAGE(page)                                                                            \
	SWAP("swap", page, "SWAPSPACE2"),                                                          \
	SWAP("swsuspend", page, "S1SUSPEND\0"),                                                    \
	SWAP("swsuspend", page, "S2SUSPEND\0"),                                                    \
	SWAP("swsuspend", page, "ULSUSPEND\0"),                                                    \
	SWAP("swsuspend", page, "LINHIB0001")
#define LVM2(sector)                                                                               \
	{"LVM2_member", true, FROM_START, 512 * (sector) + 24, 8, "LVM2 001", 512 * (sector), 512, \
	 UUID_LVM, 32, LABEL_NONE, 0, 0, accept_lvm2}
#define MD_0(magic)                                                                                \
	{"linux_raid_member", true, MD_0_90, 0, 4, magic, 0, 128,                                  \
	 UUID_OWN, 0, LABEL_NONE, 0, 0, accept_md_0_90}
#define MD_1(place, at)                                                                            \
	{"linux_raid_member", true, place, at, 4, "\xfc\x4e\x2b\xa9", at, 256,                     \
	 UUID_DCE, 16, LABEL_BYTES, 32, 32, accept_md_1}

static const struct row rows[] = {
	MD_0("\xfc\x4e\x2b\xa9"),
	MD_0("\xa9\x2b\x4e\xfc"),
	MD_1(MD_1_0, 0),
	MD_1(FROM_START, 0),
	MD_1(FROM_START, 4096),
	{"ddf_raid_member", true, LAST, 0, 4, "\xde\x11\xde\x11", 0, 512,
	 UUID_NONE, 0, LABEL_NONE, 0, 0, accept_ddf},
	{"isw_raid_member", true, LAST_BUT_ONE, 0, 24, "Intel Raid ISM Cfg Sig. ", 0, 512,
	 UUID_NONE, 0, LABEL_NONE, 0, 0, NULL},
	{"bcache", false, FROM_START, 4096 + 24, 16, BCACHE_MAGIC, 4096, 256,
	 UUID_DCE, 40, LABEL_NONE, 0, 0, accept_bcache},
	LVM2(0),
	LVM2(1),
	LVM2(2),
	LVM2(3),
	{"crypto_LUKS", true, FROM_START, 0, 6, "LUKS\xba\xbe", 0, 512,
	 UUID_TEXT, 168, LABEL_OWN, 0, 0, accept_luks},
	EXT(ext2),
	EXT(ext3),
	EXT(ext4),
	EXT(jbd),
	{"xfs", false, FROM_START, 0, 4, "XFSB", 0, 512,
	 UUID_DCE, 32, LABEL_BYTES, 108, 12, accept_xfs},
	{"btrfs", false, FROM_START, 65536 + 0x40, 8, "_BHRfS_M", 65536, 1024,
	 UUID_DCE, 0x20, LABEL_BYTES, 0x12b, 256, NULL},
	{"f2fs", false, FROM_START, 1024, 4, "\x10\x20\xf5\xf2", 1024, 2048,
	 UUID_DCE, 108, LABEL_UTF16, 124, 1024, NULL},
	{"erofs", false, FROM_START, 1024, 4, "\xe2\xe1\xf5\xe0", 1024, 128,
	 UUID_DCE, 48, LABEL_BYTES, 64, 16, NULL},
	{"squashfs", false, FROM_START, 0, 4, "hsqs", 0, 96,
	 UUID_NONE, 0, LABEL_NONE, 0, 0, accept_squashfs},
	{"iso9660", false, FROM_START, 32769, 5, "CD001", 32768, 2048,
	 UUID_OWN, 0, LABEL_BYTES, 40, 32, accept_iso9660},
	{"vfat", false, FROM_START, 510, 2, "\x55\xaa", 0, 512,
	 UUID_OWN, 0, LABEL_OWN, 0, 0, accept_vfat},
	SWAP_PAGE(4096),
	SWAP_PAGE(8192),
	SWAP_PAGE(16384),
	SWAP_PAGE(65536),
};
/* clang-format on */

static bool find_place(const struct disk *disk, enum place place, uint64_t *ret_at)
{
	switch (place) {
	case FROM_START:
		*ret_at = 0;
		return true;
	case MD_0_90:
		*ret_at = (disk->size & ~UINT64_C(0xffff)) - 65536;
		return disk->size >= 131072;
	case MD_1_0:
		*ret_at = (disk->size / 512 - 16) / 8 * 8 * 512;
		return disk->size >= 16384;
	case LAST:
		*ret_at = disk->size / 512 * 512 - 512;
		return disk->size >= 32 << 20;
	case LAST_BUT_ONE:
		*ret_at = disk->size - (uint64_t)2 * disk->sector;
		return disk->size >= 65536;
	}
	return false;
}

/* LVM writes its UUIDs without hyphens and shows them in groups of 6, 4, 4, 4, 4, 4 and 6. */
static void copy_lvm_uuid(char *to, const unsigned char *from)
{
	unsigned i, n = 0;

	for (i = 0; i < 32; i++) {
		if (i >= 6 && i <= 26 && (i - 6) % 4 == 0)
			to[n++] = '-';
		to[n++] = (char)from[i];
	}
	to[n] = '\0';
}

static void read_names(const struct row *row, const unsigned char *record, struct answer *answer)
{
	switch (row->uuid) {
	case UUID_DCE:
		answer_copy_uuid(answer->uuid, record + row->uuid_at);
		break;
	case UUID_TEXT:
		answer_copy(answer->uuid, sizeof answer->uuid, record + row->uuid_at, 40);
		break;
	case UUID_LVM:
		copy_lvm_uuid(answer->uuid, record + row->uuid_at);
		break;
	case UUID_NONE:
	case UUID_OWN:
		break;
	}
	if (row->label == LABEL_BYTES)
		answer_copy(answer->label, sizeof answer->label, record + row->label_at,
			    row->label_length);
	else if (row->label == LABEL_UTF16)
		answer_copy_utf16(answer->label, sizeof answer->label, record + row->label_at,
				  row->label_length);
}

static bool row_fits(struct disk *disk, const struct row *row, struct answer *answer,
		     uint64_t *ret_at)
{
	const unsigned char *bytes;
	uint64_t at;

	if (!find_place(disk, row->place, &at))
		return false;
	*ret_at = at;
	bytes = disk_bytes(disk, at + row->magic_at, row->magic_length);
	if (bytes == NULL || memcmp(bytes, row->magic, row->magic_length) != 0)
		return false;
	bytes = disk_bytes(disk, at + row->record_at, row->record_length);
	if (bytes == NULL)
		return false;
	read_names(row, bytes, answer);
	snprintf(answer->type, sizeof answer->type, "%s", row->type);
	return row->accept == NULL || row->accept(disk, at + row->record_at, bytes, answer);
}

/* Takes the names of a find over into the answer, or finds that there are two. */
static void take(struct answer *answer, const struct answer *find)
{
	if (answer->outcome == PROBE_NOTHING) {
		memcpy(answer->type, find->type, sizeof answer->type);
		memcpy(answer->uuid, find->uuid, sizeof answer->uuid);
		memcpy(answer->label, find->label, sizeof answer->label);
		answer->outcome = PROBE_FOUND;
	} else {
		answer->type[0] = answer->uuid[0] = answer->label[0] = '\0';
		answer->outcome = PROBE_AMBIVALENT;
	}
}

uint64_t superblock_probe(struct disk *disk, struct answer *answer)
{
	uint64_t at = 0;
	unsigned i;

	for (i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct answer find = {0};
		uint64_t place;

		if (!row_fits(disk, &rows[i], &find, &place))
			continue;
		take(answer, &find);
		at = place;
		if (rows[i].container)
			break; /* these come first, and hide what is inside */
	}
	return at;
}
