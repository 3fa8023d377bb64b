#include "derive.h"

#include <inttypes.h>
#include <string.h>

#include "../../runtime/core/device_ref.h"
#include "../../runtime/core/machine.h"

enum {
	/* Numbers for devices nobody has given one (kernel: Documentation/admin-guide/devices.txt).
	 */
	MAJOR_DISK = 259, /* block extended */
	MAJOR_MADE = 254, /* local use; the kernel gives device-mapper such a one */
};

/* A device in the making: all that its names ask of it. */
struct thing {
	bool used;
	const char *name;	    /* DEVNAME, or NULL for any */
	const char *kernel;	    /* MAJOR:MINOR, or NULL */
	const char *added, *probed; /* properties, each with a blank before it */
	bool block;
};

struct derive {
	struct arena *arena;
	const struct blob *blob;
	struct machine machine;
	struct thing *thing; /* of each device node, or unused where it is another's */
	uint32_t *thing_of;  /* each device node's thing, by node; NONE: no device */
	const char *out;
};

/* --- texts ---------------------------------------------------------------- */

/* A word as the script's grammar wants it. */
static const char *quoted(struct arena *arena, const char *text, size_t length)
{
	char *out = arena_alloc(arena, 2 * length + 1), *to = out;

	for (size_t i = 0; i < length && text[i] != '\0'; i++) {
		if (strchr(" \t\"\\#", text[i]) != NULL)
			*to++ = '\\';
		*to++ = text[i];
	}
	return out;
}

static void property(struct derive *d, const char **list, const char *key, const char *text,
		     size_t length)
{
	*list = arena_printf(d->arena, "%s %s=%s", *list, key, quoted(d->arena, text, length));
}

/* A text that fits a pattern: its first alternative, nothing for *, a letter for ?. */
static const char *fitting(struct arena *arena, const char *pattern)
{
	char *out = arena_alloc(arena, strlen(pattern) + 1), *to = out;

	for (; *pattern != '\0' && *pattern != '|'; pattern++)
		if (*pattern == '?')
			*to++ = 'x';
		else if (*pattern != '*')
			*to++ = *pattern;
	return out;
}

/* --- names ---------------------------------------------------------------- */

static void add_name(struct derive *d, struct thing *thing, const struct device_ref *ref)
{
	switch (ref->kind) {
	case REF_UUID:
		property(d, &thing->probed, "ID_FS_UUID", ref->text, ref->length);
		break;
	case REF_LABEL:
		property(d, &thing->probed, "ID_FS_LABEL", ref->text, ref->length);
		break;
	case REF_PARTUUID:
		property(d, &thing->probed, "ID_PART_ENTRY_UUID", ref->text, ref->length);
		break;
	case REF_PARTLABEL:
		property(d, &thing->added, "PARTNAME", ref->text, ref->length);
		break;
	case REF_ARRAY:
		property(d, &thing->added, "MD_DEVNAME", ref->text, ref->length);
		break;
	case REF_MAPPER:
		property(d, &thing->added, "DM_NAME", ref->text, ref->length);
		break;
	case REF_NUMBER:
		thing->kernel = arena_printf(d->arena, "%" PRIu32 ":%" PRIu32, ref->number >> 20,
					     ref->number & 0xfffff);
		break;
	default:
		thing->name = arena_strndup(d->arena, ref->text, ref->length);
	}
}

/* /dev/vg/lv: device-mapper's name of it, where hyphens are doubled (lvm(8)). */
static const char *volume_name(struct arena *arena, const struct device_ref *ref)
{
	char *out = arena_alloc(arena, 2 * ref->length + 1), *to = out;

	for (size_t i = 0; i < ref->length; i++) {
		*to++ = ref->text[i] == '/' ? '-' : ref->text[i];
		if (ref->text[i] == '-')
			*to++ = '-';
	}
	return out;
}

/* What a device has to be like that this reference names. False if no block device of its own. */
static bool add_reference(struct derive *d, struct thing *thing, const char *reference)
{
	struct device_ref ref;

	device_ref_parse(reference, &ref);
	if (reference[0] == '\0' || ref.kind == REF_COMPLETE || ref.kind == REF_ENOUGH ||
	    ref.kind == REF_HOST || ref.kind == REF_LINK || ref.kind == REF_OTHER)
		return false;
	thing->block = true;
	if (ref.kind == REF_NAME && memchr(ref.text, '/', ref.length) != NULL)
		thing->added = arena_printf(d->arena, "%s DM_NAME=%s", thing->added,
					    volume_name(d->arena, &ref));
	else
		add_name(d, thing, &ref);
	return true;
}

/* A match by properties: the device has them all. */
static bool add_match(struct derive *d, struct thing *thing, uint32_t code)
{
	while (code != NONE) {
		uint32_t op = blob_word(d->blob, SECTION_code, code);

		if (op == OP_END)
			return true;
		if (op == OP_NOT || op == OP_OR || op == OP_NAMES)
			return false; /* then somebody has to write the world */
		if (op == OP_PROPERTY) {
			const char *key =
				blob_string(d->blob, blob_word(d->blob, SECTION_code, code + 1));
			const char *text = fitting(
				d->arena,
				blob_string(d->blob, blob_word(d->blob, SECTION_code, code + 2)));

			if (text[0] != '\0' && strcmp(key, "ACTION") != 0)
				property(d,
					 strncmp(key, "ID_", 3) == 0 ? &thing->probed
								     : &thing->added,
					 key, text, strlen(text));
			thing->block |= strcmp(key, "SUBSYSTEM") == 0 && strcmp(text, "block") == 0;
		}
		code += 1 + opcode_describe((enum opcode)op)->operand_count;
	}
	return false;
}

/* --- which nodes are one device ------------------------------------------- */

static bool share_provider(const struct derive *d, uint32_t a, uint32_t b)
{
	struct node one, other;

	blob_node(d->blob, a, &one);
	blob_node(d->blob, b, &other);
	for (uint32_t i = 0; i < one.edge_count; i++)
		for (uint32_t k = 0; k < other.edge_count; k++) {
			struct edge x, y;

			blob_edge(d->blob, one.first_edge + i, &x);
			blob_edge(d->blob, other.first_edge + k, &y);
			if (x.kind == EDGE_PROVIDES && y.kind == EDGE_PROVIDES && x.from == y.from)
				return true;
		}
	return false;
}

static bool is_same(const struct derive *d, uint32_t a, uint32_t b)
{
	struct device_ref one, other;

	device_ref_parse(machine_node_title(&d->machine, a), &one);
	device_ref_parse(machine_node_title(&d->machine, b), &other);
	return device_ref_equal(&one, &other) || share_provider(d, a, b);
}

static void take_node(struct derive *d, uint32_t index, const struct node *node)
{
	struct thing *thing = &d->thing[index];
	bool names = blob_word(d->blob, SECTION_code, node->match) == OP_NAMES;

	for (uint32_t i = 0; i < index && thing == &d->thing[index]; i++)
		if (d->thing[i].used && is_same(d, i, index))
			thing = &d->thing[i];
	if (!thing->used)
		*thing = (struct thing){.added = "", .probed = ""};
	if (names ? add_reference(d, thing, machine_node_title(&d->machine, index))
		  : add_match(d, thing, node->match)) {
		thing->used = true;
		d->thing_of[index] = (uint32_t)(thing - d->thing);
	}
}

/* --- statements ----------------------------------------------------------- */

static void say(struct derive *d, const char *line)
{
	d->out = arena_printf(d->arena, "%s%s\n", d->out, line);
}

/* `device add` for a thing of its own, or `after UNIT device add` for each who provides it. */
static void say_thing(struct derive *d, uint32_t index)
{
	const struct thing *thing = &d->thing[index];
	bool outside = true;
	const char *name = thing->name, *number = thing->kernel, *statement;
	VEC(uint32_t) providers = {0};

	for (uint32_t i = 0; i < d->machine.node_count; i++) {
		struct node node;

		if (d->thing_of[i] != index)
			continue;
		blob_node(d->blob, i, &node);
		for (uint32_t k = 0; k < node.edge_count; k++) {
			struct edge edge;
			bool known = false;

			blob_edge(d->blob, node.first_edge + k, &edge);
			if (edge.kind != EDGE_PROVIDES)
				continue;
			outside = false;
			for (size_t p = 0; p < providers.count; p++)
				known |= providers.item[p] == edge.from;
			if (!known)
				vec_push(d->arena, &providers, edge.from);
		}
	}
	if (name == NULL)
		name = arena_printf(d->arena, "%s%" PRIu32, outside ? "disk" : "made", index);
	if (!thing->block)
		number = "-";
	else if (number == NULL)
		number = arena_printf(d->arena, "%d:%" PRIu32, outside ? MAJOR_DISK : MAJOR_MADE,
				      index);
	statement = arena_printf(d->arena, "device add %s %s%s", name, number, thing->added);
	if (outside)
		say(d, statement);
	for (size_t p = 0; p < providers.count; p++) {
		struct node provider;

		blob_node(d->blob, providers.item[p], &provider);
		say(d, arena_printf(d->arena, "after %s %s", blob_string(d->blob, provider.name),
				    statement));
	}
	if (thing->probed[0] != '\0')
		say(d, arena_printf(d->arena, "device %s probes%s", name, thing->probed));
}

/* Two members: with the first it may start, with both it is whole. */
static void say_set(struct derive *d, uint32_t index, const char *set)
{
	static const char *const what[] = {"needed", "spared"};

	for (unsigned i = 0; i < 2; i++) {
		const char *name = arena_printf(d->arena, "%s%" PRIu32, what[i], index);

		say(d, arena_printf(d->arena, "device add %s %d:%" PRIu32, name, MAJOR_DISK,
				    1000 + 2 * index + i));
		if (strncmp(set, "md:", 3) == 0)
			say(d, arena_printf(d->arena,
					    "device %s probes ID_FS_TYPE=linux_raid_member", name));
		else if (strncmp(set, "btrfs:", 6) == 0)
			say(d, arena_printf(d->arena,
					    "device %s probes ID_FS_TYPE=btrfs ID_FS_UUID=%s", name,
					    set + 6));
		else
			say(d, arena_printf(d->arena, "device %s probes ID_FS_TYPE=member", name));
		say(d, arena_printf(d->arena,
				    "device %s member %s %u generation 1 slack any expects 0,1 "
				    "enough 0",
				    name, quoted(d->arena, set, strlen(set)), i));
	}
}

static void say_sets(struct derive *d)
{
	for (uint32_t i = 0; i < d->machine.node_count; i++) {
		struct device_ref ref, other;
		struct node node;
		bool known = false;

		blob_node(d->blob, i, &node);
		if (node.kind != NODE_DEVICE)
			continue;
		device_ref_parse(machine_node_title(&d->machine, i), &ref);
		if (ref.kind != REF_COMPLETE && ref.kind != REF_ENOUGH)
			continue;
		for (uint32_t k = 0; k < i && !known; k++) {
			blob_node(d->blob, k, &node);
			device_ref_parse(machine_node_title(&d->machine, k), &other);
			known = node.kind == NODE_DEVICE &&
				(other.kind == REF_COMPLETE || other.kind == REF_ENOUGH) &&
				strcmp(other.text, ref.text) == 0;
		}
		if (!known)
			say_set(d, i, ref.text);
	}
}

const char *explore_derive(struct arena *arena, const struct blob *blob)
{
	struct derive d = {.arena = arena, .blob = blob, .out = ""};
	struct boot *boot = arena_alloc(arena, sizeof *boot);
	uint32_t count = blob->section[SECTION_nodes].count;
	static const struct port no_port;

	boot_read_command_line(boot, blob, "");
	machine_init(&d.machine, blob, boot, &no_port, NULL,
		     arena_alloc(arena, blob->header.state_size));
	d.thing = arena_alloc(arena, count * sizeof *d.thing);
	d.thing_of = arena_alloc(arena, count * sizeof *d.thing_of);
	for (uint32_t i = 0; i < count; i++) {
		struct node node;

		d.thing_of[i] = NONE;
		blob_node(blob, i, &node);
		if (node.kind == NODE_DEVICE)
			take_node(&d, i, &node);
	}
	for (uint32_t i = 0; i < count; i++)
		if (d.thing[i].used)
			say_thing(&d, i);
	say_sets(&d);
	return d.out;
}
