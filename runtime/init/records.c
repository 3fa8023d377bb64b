#include "records.h"
#include "init.h"
#include "links.h"
#include "log.h"
#include "mount.h"
#include "../helper/attribute.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define DATABASE "/run/udev/data"
#define TAGGED	 "/run/udev/tags/systemd"

enum {
	RECORD_MAX = 16384,
	ATTRIBUTE_MAX = 160,
	COOKIE_FLAGS = 16, /* the bits above are flags: libdevmapper.h, DM_UDEV_FLAGS_SHIFT */
};

struct record {
	char text[RECORD_MAX];
	size_t length;
	const char *device; /* DEVNAME */
};

static void add(struct record *record, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

static void add(struct record *record, const char *format, ...)
{
	size_t room = sizeof record->text - record->length;
	va_list arguments;
	int n;

	va_start(arguments, format);
	n = vsnprintf(record->text + record->length, room, format, arguments);
	va_end(arguments);
	if (n > 0 && (size_t)n < room) /* a line that does not fit is left out */
		record->length += (size_t)n;
	record->text[record->length] = '\0';
}

static void add_property(struct record *record, const char *name, const char *value)
{
	if (value != NULL && *value != '\0')
		add(record, "E:%s=%s\n", name, value);
}

static void add_link(void *context, const char *path)
{
	struct record *record = context;

	link_make(path, record->device);
	add(record, "S:%s\n", path);
}

/* --- mappings ------------------------------------------------------------- */

/* As `dmsetup udevflags` prints them; bit 6 is always there. */
static const char *const flags[] = {
	"DM_UDEV_DISABLE_DM_RULES_FLAG",   "DM_UDEV_DISABLE_SUBSYSTEM_RULES_FLAG",
	"DM_UDEV_DISABLE_DISK_RULES_FLAG", "DM_UDEV_DISABLE_OTHER_RULES_FLAG",
	"DM_UDEV_LOW_PRIORITY_FLAG",	   "DM_UDEV_DISABLE_LIBRARY_FALLBACK_FLAG",
	"DM_UDEV_PRIMARY_SOURCE_FLAG",
};

enum {
	FLAG_DISABLE_DM = 1 << 0,
	FLAG_DISABLE_SUBSYSTEM = 1 << 1,
	FLAG_DISABLE_DISK = 1 << 2,
	FLAG_DISABLE_OTHER = 1 << 3,
	FLAG_DISABLE_FALLBACK = 1 << 5,
	FLAG_PRIMARY = 1 << 6,
};

static void add_volume(struct record *record, const char *name)
{
	struct volume_name parts;

	link_split_volume(name, &parts);
	add_property(record, "DM_VG_NAME", parts.group);
	add_property(record, "DM_LV_NAME", parts.volume);
	add_property(record, "DM_LV_LAYER", parts.layer);
}

/* Without udevd a tool gives no cookie; with one, libdevmapper leaves all nodes to it, and says so.
 *
 * lvm asks for no rules of device-mapper's and its own where it is told that udev does not make its
 * nodes (lib/activate/dev_manager.c, _get_udev_flags): that was so here, and is not any more. Of a
 * volume that nobody is to see it says more. */
static unsigned flags_of(const struct seen *seen)
{
	unsigned set = (seen->cookie >> COOKIE_FLAGS) | FLAG_DISABLE_FALLBACK | FLAG_PRIMARY;

	set &= ~(unsigned)FLAG_DISABLE_DM;
	return (set & FLAG_DISABLE_DISK) != 0 ? set : set & ~(unsigned)FLAG_DISABLE_SUBSYSTEM;
}

/* Whether it is there for others than device-mapper: then its content is told, too. */
static bool add_mapping(struct record *record, const struct seen *seen)
{
	unsigned set = flags_of(seen);
	char name[ATTRIBUTE_MAX], uuid[ATTRIBUTE_MAX];

	attribute_read(seen->name, "dm/name", name, sizeof name);
	attribute_read(seen->name, "dm/uuid", uuid, sizeof uuid);
	if ((set & FLAG_DISABLE_SUBSYSTEM) == 0)
		links_by_mapping(seen->name, add_link, record);
	for (unsigned i = 0; i < sizeof flags / sizeof *flags; i++)
		if ((set & 1U << i) != 0)
			add_property(record, flags[i], "1");
	add_property(record, "DM_UDEV_RULES", "1");
	/* What Debian 13's rules are; older ones only look whether there is a number. */
	add_property(record, "DM_UDEV_RULES_VSN", "3");
	add_property(record, "DM_NAME", name);
	add_property(record, "DM_UUID", uuid);
	add_property(record, "DM_SUSPENDED", "0");
	if (strncmp(uuid, "LVM-", 4) == 0)
		add_volume(record, name);
	if ((set & FLAG_DISABLE_OTHER) != 0)
		add_property(record, "SYSTEMD_READY", "0"); /* 99-systemd.rules */
	return (set & FLAG_DISABLE_DISK) == 0;
}

static bool is_active_mapping(const struct seen *seen)
{
	char name[ATTRIBUTE_MAX], suspended[8], size[24];

	if (strncmp(seen->name, "dm-", 3) != 0)
		return false;
	attribute_read(seen->name, "dm/name", name, sizeof name);
	attribute_read(seen->name, "dm/suspended", suspended, sizeof suspended);
	attribute_read(seen->name, "size", size, sizeof size);
	return *name != '\0' && strcmp(suspended, "0") == 0 && strcmp(size, "0") != 0;
}

static bool is_active_array(const struct seen *seen)
{
	char state[24];

	if (strncmp(seen->name, "md", 2) != 0)
		return false;
	attribute_read(seen->name, "md/array_state", state, sizeof state);
	return *state != '\0' && strcmp(state, "clear") != 0 && strcmp(state, "inactive") != 0;
}

static bool is_cached(const struct seen *seen)
{
	return strncmp(seen->name, "bcache", 6) == 0 &&
	       seen->name[6 + strspn(seen->name + 6, "0123456789")] == '\0';
}

/* --- any device ----------------------------------------------------------- */

static const char *usage_of(const char *type)
{
	size_t length = strlen(type);

	if (strcmp(type, "crypto_LUKS") == 0 || strcmp(type, "BitLocker") == 0)
		return "crypto";
	if (length > 7 && strcmp(type + length - 7, "_member") == 0)
		return "raid";
	return strcmp(type, "swap") == 0 || strcmp(type, "swsuspend") == 0 ? "other" : "filesystem";
}

static void add_encoded(struct record *record, const char *name, const char *value)
{
	char encoded[LINK_MAX];

	link_encode(encoded, sizeof encoded, value != NULL ? value : "");
	add_property(record, name, encoded);
}

static void add_content(struct record *record, const struct seen *seen)
{
	links_by_content(seen, add_link, record);
	if (seen->type == NULL)
		return;
	add_property(record, "ID_FS_TYPE", seen->type);
	add_property(record, "ID_FS_USAGE", usage_of(seen->type));
	/* What is on the disk must not end a line here. */
	add_encoded(record, "ID_FS_UUID", seen->uuid);
	add_encoded(record, "ID_FS_UUID_ENC", seen->uuid);
	add_encoded(record, "ID_FS_LABEL_ENC", seen->label);
	if (strcmp(seen->type, "LVM2_member") == 0 && strncmp(seen->name, "md", 2) == 0)
		add_property(record, "LVM_MD_PV_ACTIVATED", "1"); /* 69-lvm.rules */
}

/* 01644: what `udevadm info --cleanup-db` leaves where it is (db_persist, udev(7)). */
static bool write_file(const char *path, const char *text, size_t length, mode_t mode)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
	bool fine;

	if (fd < 0)
		return errno == EEXIST;
	fine = fchmod(fd, mode) == 0 && write(fd, text, length) == (ssize_t)length;
	close(fd);
	if (!fine)
		unlink(path);
	return fine;
}

static void write_record(const struct seen *seen, const struct record *record)
{
	unsigned major = seen->number >> 20, minor = seen->number & 0xfffff;
	char path[64];

	snprintf(path, sizeof path, DATABASE "/b%u:%u", major, minor);
	if (!write_file(path, record->text, record->length, 01644)) {
		say(SAY_WARNING, "bootgraph: %s: %s", path, strerror(errno));
		return;
	}
	snprintf(path, sizeof path, TAGGED "/b%u:%u", major, minor);
	if (!write_file(path, "", 0, 0644))
		say(SAY_WARNING, "bootgraph: %s: %s", path, strerror(errno));
}

static void describe(const struct init *init, const struct seen *seen, bool mapping)
{
	static struct record record;
	struct timespec now;

	record.length = 0;
	record.device = seen->name;
	clock_gettime(CLOCK_MONOTONIC, &now);
	add(&record, "I:%llu\n",
	    (unsigned long long)now.tv_sec * 1000000 + (unsigned long long)now.tv_nsec / 1000);
	if (!mapping || add_mapping(&record, seen))
		add_content(&record, seen);
	if (is_cached(seen))
		links_by_cache(&init->devices, seen->name, add_link, &record);
	add(&record, "G:systemd\nQ:systemd\nV:1\n");
	write_record(seen, &record);
}

void records_write(const struct init *init)
{
	for (uint32_t i = 0; i < init->devices.count; i++) {
		const struct seen *seen = &init->devices.seen[i];
		bool mapping;

		if (!seen->present || seen->name == NULL)
			continue;
		mapping = is_active_mapping(seen);
		if (!mapping && !is_active_array(seen) && !is_cached(seen))
			continue;
		(void)make_directories(DATABASE, 0755);
		(void)make_directories(TAGGED, 0755);
		describe(init, seen, mapping);
	}
}
