#include "device_ref.h"
#include "mem.h"

struct prefix {
	const char *text;
	enum device_ref_kind kind;
	bool escaped;
};

static const struct prefix prefixes[] = {
	{"UUID=", REF_UUID, false},
	{"LABEL=", REF_LABEL, false},
	{"PARTUUID=", REF_PARTUUID, false},
	{"PARTLABEL=", REF_PARTLABEL, false},
	{"COMPLETE=", REF_COMPLETE, false},
	{"ENOUGH=", REF_ENOUGH, false},
	{"HOST=", REF_HOST, false},
	{"/dev/disk/by-uuid/", REF_UUID, true},
	{"/dev/disk/by-label/", REF_LABEL, true},
	{"/dev/disk/by-partuuid/", REF_PARTUUID, true},
	{"/dev/disk/by-partlabel/", REF_PARTLABEL, true},
	{"/dev/disk/", REF_LINK, true},
	{"/dev/mapper/", REF_MAPPER, true},
	{"/dev/md/", REF_ARRAY, false},
	{"/dev/", REF_NAME, false},
};

/* The value of a hexadecimal digit, or 16. */
static uint32_t digit_value(char c)
{
	if (c >= '0' && c <= '9')
		return (uint32_t)(c - '0');
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? (uint32_t)(c - 'a') + 10 : 16;
}

/* A number that takes the whole of a text. */
static bool parse_number(const char *text, size_t length, uint32_t base, uint32_t *ret_number)
{
	uint64_t number = 0;
	size_t i;

	for (i = 0; i < length; i++) {
		uint32_t digit = digit_value(text[i]);

		if (digit >= base)
			return false;
		number = number * base + digit;
		if (number > 0xffffffff)
			return false;
	}
	*ret_number = (uint32_t)number;
	return length > 0;
}

/* The kernel's old 16-bit and new 32-bit dev_t in hexadecimal (new_decode_dev, linux/kdev_t.h). */
static bool parse_hex(const char *text, size_t length, uint32_t *ret_number)
{
	uint32_t number;

	if (length > 2 && text[0] == '0' && (text[1] == 'x' || text[1] == 'X')) {
		text += 2;
		length -= 2;
	}
	if (!parse_number(text, length, 16, &number))
		return false;
	*ret_number = (number & 0xfff00) >> 8 << 20 | ((number & 0xff) | (number >> 12 & 0xfff00));
	return true;
}

static bool parse_device_number(const char *text, uint32_t *ret_number)
{
	size_t length = strlen(text), colon;
	uint32_t major, minor;

	for (colon = 0; colon < length && text[colon] != ':'; colon++)
		;
	if (colon == length)
		return parse_hex(text, length, ret_number);
	if (!parse_number(text, colon, 10, &major) ||
	    !parse_number(text + colon + 1, length - colon - 1, 10, &minor) || major >= 1u << 12 ||
	    minor >= 1u << 20)
		return false;
	*ret_number = major << 20 | minor;
	return true;
}

void device_ref_parse(const char *reference, struct device_ref *ret_ref)
{
	unsigned i;

	*ret_ref = (struct device_ref){REF_OTHER, reference, strlen(reference), false, 0};
	for (i = 0; i < sizeof prefixes / sizeof prefixes[0]; i++) {
		size_t length = strlen(prefixes[i].text);

		if (ret_ref->length <= length || memcmp(reference, prefixes[i].text, length) != 0)
			continue;
		ret_ref->kind = prefixes[i].kind;
		ret_ref->escaped = prefixes[i].escaped;
		ret_ref->text += length;
		ret_ref->length -= length;
		break;
	}
	if (ret_ref->kind == REF_OTHER && parse_device_number(reference, &ret_ref->number))
		ret_ref->kind = REF_NUMBER;
	if (ret_ref->length >= 2 && ret_ref->text[0] == '"' &&
	    ret_ref->text[ret_ref->length - 1] == '"') {
		ret_ref->text++;
		ret_ref->length -= 2;
	}
}

/* The next character of the reference's text, its \xNN escapes undone. */
static char next_character(const struct device_ref *ref, size_t *at)
{
	const char *c = ref->text + *at;
	size_t left = ref->length - *at;

	if (ref->escaped && left >= 4 && c[0] == '\\' && c[1] == 'x' && digit_value(c[2]) < 16 &&
	    digit_value(c[3]) < 16) {
		*at += 4;
		return (char)(digit_value(c[2]) << 4 | digit_value(c[3]));
	}
	*at += 1;
	return *c;
}

static char lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c | 0x20) : c;
}

static bool text_is(const struct device_ref *ref, const char *text)
{
	bool any_case = ref->kind == REF_UUID || ref->kind == REF_PARTUUID;
	size_t at = 0;

	if (text == NULL)
		return false;
	while (at < ref->length && *text != '\0') {
		char c = next_character(ref, &at);

		if (c != *text && !(any_case && lower(c) == lower(*text)))
			return false;
		text++;
	}
	return at == ref->length && *text == '\0';
}

/* libdevmapper hands the kernel names with \xNN for what could not stand in a file name, so that
 * the mapping of a line of crypttab may be called otherwise than the line (libdm-common.c). */
static bool is_mapping(const struct device_ref *ref, const char *name)
{
	struct device_ref mapping = {REF_MAPPER, name, 0, true, 0};

	if (name == NULL)
		return false;
	mapping.length = strlen(name);
	return device_ref_equal(ref, &mapping);
}

/* Whether "vg/lv" has this device-mapper name. */
static bool is_volume(const struct device_ref *ref, const char *name)
{
	size_t i, slashes = 0;

	if (name == NULL)
		return false;
	for (i = 0; i < ref->length; i++) {
		char c = ref->text[i];

		slashes += c == '/';
		if (*name++ != (c == '/' ? '-' : c) || (c == '-' && *name++ != '-'))
			return false;
	}
	return slashes == 1 && *name == '\0';
}

/* The UUID of a member of an array or a volume group is that of the whole, not of something to
 * mount: udev makes no links by it either (60-persistent-storage.rules, ID_FS_USAGE). */
static bool is_member(const struct event *event)
{
	const char *type = event_property(event, "ID_FS_TYPE");
	size_t length = type != NULL ? strlen(type) : 0;

	return length > 7 && memcmp(type + length - 7, "_member", 7) == 0;
}

/* /dev/md/0 is md0, also where nobody has given it that name. */
static bool is_array(const struct device_ref *ref, const struct event *event)
{
	const char *name = event_property(event, "DEVNAME");

	return text_is(ref, event_property(event, "MD_DEVNAME")) ||
	       (name != NULL && name[0] == 'm' && name[1] == 'd' && digit_value(name[2]) < 10 &&
		text_is(ref, name + 2));
}

static bool property_is(const struct event *event, const char *key, const char *text)
{
	const char *value = event_property(event, key);

	return value != NULL && strlen(value) == strlen(text) &&
	       memcmp(value, text, strlen(text)) == 0;
}

/* Whether udev's rules have made this link; prefix is what the reference's kind has taken away.
 * Both sides are written as udev writes names of files. */
static bool is_link(const struct device_ref *ref, const char *prefix, const struct event *event)
{
	const char *links = event_property(event, "DEVLINKS");
	size_t before = strlen(prefix);

	while (links != NULL && *links != '\0') {
		size_t length = 0;

		while (links[length] != '\0' && links[length] != ' ')
			length++;
		if (length == before + ref->length && memcmp(links, prefix, before) == 0 &&
		    memcmp(links + before, ref->text, ref->length) == 0)
			return true;
		links += length + (links[length] == ' ');
	}
	return false;
}

static bool names_level(const struct device_ref *ref, const struct event *event)
{
	return property_is(event, "SUBSYSTEM", "set") &&
	       property_is(event, "SET_LEVEL", ref->kind == REF_COMPLETE ? "complete" : "enough") &&
	       (text_is(ref, event_property(event, "SET")) ||
		text_is(ref, event_property(event, "SET_NAME")));
}

/* The classes of the kernel's transports (drivers/scsi/scsi_transport_*.c), and the drivers of USB
 * storage, which have no class. */
static bool is_late_host(const struct device_ref *ref, const struct event *event)
{
	return text_is(ref, "late") && (property_is(event, "SUBSYSTEM", "sas_host") ||
					property_is(event, "SUBSYSTEM", "fc_host") ||
					property_is(event, "SUBSYSTEM", "iscsi_host") ||
					(property_is(event, "SUBSYSTEM", "usb") &&
					 (property_is(event, "DRIVER", "usb-storage") ||
					  property_is(event, "DRIVER", "uas"))));
}

bool device_ref_names(const struct device_ref *ref, const struct event *event)
{
	if (ref->kind == REF_COMPLETE || ref->kind == REF_ENOUGH)
		return names_level(ref, event);
	if (ref->kind == REF_HOST)
		return is_late_host(ref, event);
	if (!property_is(event, "SUBSYSTEM", "block") || event_device_number(event) == 0)
		return false;
	switch (ref->kind) {
	case REF_UUID:
		return !is_member(event) && text_is(ref, event_property(event, "ID_FS_UUID"));
	case REF_LABEL:
		return !is_member(event) && text_is(ref, event_property(event, "ID_FS_LABEL"));
	case REF_PARTUUID:
		return text_is(ref, event_property(event, "ID_PART_ENTRY_UUID"));
	case REF_PARTLABEL:
		return text_is(ref, event_property(event, "ID_PART_ENTRY_NAME")) ||
		       text_is(ref, event_property(event, "PARTNAME"));
	case REF_NAME:
		if (is_link(ref, "/dev/", event))
			return true;
		return text_is(ref, event_property(event, "DEVNAME")) ||
		       is_volume(ref, event_property(event, "DM_NAME"));
	case REF_LINK:
		return is_link(ref, "/dev/disk/", event);
	case REF_ARRAY:
		return is_array(ref, event);
	case REF_MAPPER:
		return is_mapping(ref, event_property(event, "DM_NAME"));
	case REF_NUMBER:
		return ref->number != 0 && ref->number == event_device_number(event);
	default:
		return false;
	}
}

bool device_ref_equal(const struct device_ref *a, const struct device_ref *b)
{
	bool any_case = a->kind == REF_UUID || a->kind == REF_PARTUUID;
	size_t i = 0, j = 0;

	if (a->kind != b->kind)
		return false;
	if (a->kind == REF_NUMBER)
		return a->number == b->number;
	while (i < a->length && j < b->length) {
		char c = next_character(a, &i), d = next_character(b, &j);

		if (c != d && !(any_case && lower(c) == lower(d)))
			return false;
	}
	return i == a->length && j == b->length;
}
