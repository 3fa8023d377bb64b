#include "manifest.h"
#include "graph.h"

#include <fcntl.h>
#include <string.h>

#include "chain.h"
#include "image/companion.h"
#include "rows.h"
#include "scripts/order.h"
#include "scripts/tree.h"
#include "scripts/uses.h"

const char *manifest_kind_name(enum manifest_kind kind)
{
	static const char *const names[] = {
		[MANIFEST_BINARY] = "binary",
		[MANIFEST_MODULE] = "module",
		[MANIFEST_FILESYSTEM] = "filesystem",
		[MANIFEST_FILE] = "file",
		[MANIFEST_SCRIPT] = "script",
		[MANIFEST_HOST_SCRIPT] = "host-script",
		[MANIFEST_CONFIGURATION] = "configuration",
		[MANIFEST_ARCHITECTURE] = "architecture",
		[MANIFEST_ORDER] = "order",
		[MANIFEST_KEY] = "key",
		[MANIFEST_CRYPTTAB] = "crypttab",
		[MANIFEST_NETWORK] = "network",
		[MANIFEST_TOOL] = "tool",
	};

	_Static_assert(sizeof names / sizeof *names == MANIFEST_KIND_COUNT, "a kind has no name");
	return names[kind];
}

static void add_item(struct manifest *manifest, struct arena *arena, enum manifest_kind kind,
		     const char *name, const struct unit *unit, struct span span, bool optional)
{
	struct manifest_item item = {kind, name, optional, unit->name.text, span};
	size_t i;

	for (i = 0; i < manifest->items.count; i++) {
		struct manifest_item *other = &manifest->items.item[i];

		if (other->kind == kind && strcmp(other->name, name) == 0) {
			other->optional &= optional;
			return;
		}
	}
	vec_push(arena, &manifest->items, item);
}

/* A value as it will be unless the boot loader says otherwise. */
static const char *expected_text(const struct model *model, struct diag *diag,
				 const struct word *word)
{
	struct program_value value;
	size_t i;

	if (word->text == NULL || !expand_value(model->arena, diag, word, &value))
		return "";
	for (i = model->parameters.count; value.parameter != PARAMETER_COUNT && i-- > 0;)
		if (model->parameters.item[i].id == value.parameter)
			return model->parameters.item[i].value.text;
	return value.text;
}

static void add_action(struct manifest *manifest, const struct model *model, struct diag *diag,
		       const struct unit *unit, const struct action *action)
{
	const struct word *word = NULL;
	enum manifest_kind kind = MANIFEST_FILESYSTEM;
	const char *name;

	switch (action->op) {
	case OP_RUN:
	case OP_DAEMON:
	case OP_ASSEMBLE:
	case OP_RUN_FOR_DEVICE:
	case OP_UNLOCK:
		if (action->list.count > 0) {
			word = &action->list.item[0];
			kind = MANIFEST_BINARY;
		}
		break;
	case OP_FOLLOW_UDEVD:
		word = &action->operand[0];
		kind = MANIFEST_BINARY;
		break;
	case OP_FSCK:
		word = &action->operand[1];
		break;
	case OP_MOUNT_DEVICE:
		word = &action->operand[2];
		break;
	case OP_LOAD_MODULE:
		word = &action->operand[0];
		kind = MANIFEST_MODULE;
		break;
	case OP_REGISTER:
		word = &action->operand[1];
		kind = MANIFEST_MODULE;
		break;
	default:
		break;
	}
	if (word == NULL)
		return;
	name = expected_text(model, diag, word);
	if (*name != '\0' && strcmp(name, "auto") != 0)
		add_item(manifest, model->arena, kind, name, unit, word->span,
			 kind == MANIFEST_MODULE);
}

/* What a unit says it needs, beyond what its actions show. */
static void add_needs(struct manifest *manifest, const struct model *model, struct diag *diag,
		      const struct unit *unit, enum manifest_kind kind, const struct word *words,
		      size_t count)
{
	size_t i;

	for (i = 0; i < count; i++) {
		const char *name = expected_text(model, diag, &words[i]);
		const char *end = "";

		/* A field of for-each may stand for several modules; other names may have blanks.
		 */
		for (; *name != '\0'; name = end + strspn(end, " ")) {
			end = name + (kind == MANIFEST_MODULE ? strcspn(name, " ") : strlen(name));
			add_item(manifest, model->arena, kind,
				 arena_strndup(model->arena, name, (size_t)(end - name)), unit,
				 words[i].span, false);
		}
	}
}

/* Whether a script configures the network, by itself or through configure_networking. */
static bool wants_network(const struct model *model, const struct unit *unit)
{
	const char *path = unit->name.text, *slash = strchr(path, '/');
	const char *name = arena_strndup(model->arena, path, (size_t)(slash - path));
	const struct phase *phase = script_tree_phase(model->scripts, name);
	const struct script *script = phase != NULL ? phase_script(phase, slash + 1) : NULL;
	const struct script_uses *uses =
		script != NULL ? script_uses_read(model->arena, name, script) : NULL;

	return uses != NULL && script_use_find(uses, USE_PROGRAM, "ipconfig") != NULL;
}

/* What mkinitramfs puts into /conf, and init sources there. */
static void add_configuration(struct manifest *manifest, const struct model *model,
			      const struct unit *unit)
{
	size_t i;

	for (i = 0; i < model->initramfs_files.count; i++) {
		const char *source = model->initramfs_files.item[i], *name = strrchr(source, '/');
		const char *place = strstr(source, "/conf.d/") != NULL ? "conf/conf.d" : "conf";

		add_item(manifest, model->arena, MANIFEST_CONFIGURATION,
			 arena_printf(model->arena, "%s:%s%s", source, place, name), unit,
			 unit->span, false);
	}
	if (model->architecture != NULL)
		add_item(manifest, model->arena, MANIFEST_ARCHITECTURE, model->architecture, unit,
			 unit->span, false);
}

/* Scripts run each other by these files: run_scripts of scripts/functions, and the rescue shell
 * those of panic. */
static void add_orders(struct manifest *manifest, const struct model *model,
		       const struct unit *unit)
{
	for (size_t i = 0; i < model->scripts->phases.count; i++) {
		const struct phase *phase = &model->scripts->phases.item[i];
		struct phase_order order;

		if (phase->hooks)
			continue;
		phase_sort(model->scripts, phase, &order);
		for (size_t k = 0; k < order.names.count; k++)
			add_item(manifest, model->arena, MANIFEST_ORDER,
				 arena_printf(model->arena, "%s/%s", phase->name,
					      order.names.item[k]),
				 unit, unit->span, false);
	}
}

/* Every file below scripts: they source each other. What hooks would copy is not among them. */
static void add_scripts(struct manifest *manifest, const struct model *model,
			const struct unit *unit)
{
	size_t i;

	add_orders(manifest, model, unit);
	/* One of them may hold the clock, and it is small. */
	add_item(manifest, model->arena, MANIFEST_BINARY, HOLD_PROGRAM, unit, unit->span, false);
	for (i = 0; i < model->scripts->image.count; i++) {
		const struct image_script *script = &model->scripts->image.item[i];
		bool host = script->root_fd == AT_FDCWD;

		add_item(manifest, model->arena, host ? MANIFEST_HOST_SCRIPT : MANIFEST_SCRIPT,
			 arena_printf(model->arena, "%s:scripts/%s", script->source, script->path),
			 unit, unit->span, false);
	}
	add_configuration(manifest, model, unit);
}

/* --- encrypted devices ---------------------------------------------------- */

static const struct word *field(const struct row *row, const char *name)
{
	const struct field_value *fields = row->fields;

	while (strcmp(fields->name, name) != 0)
		fields++;
	return &fields->value;
}

/* A field of crypttab: blanks in it are octal. */
static const char *as_written(struct arena *arena, const char *text)
{
	const char *out = "";

	for (; *text != '\0'; text++)
		out = strchr(" \t\n\\", *text) != NULL
			      ? arena_printf(arena, "%s\\%03o", out, (unsigned char)*text)
			      : arena_printf(arena, "%s%c", out, *text);
	return out;
}

static bool unlocks(const struct unit *unit)
{
	for (size_t i = 0; i < unit->steps.count; i++)
		if (unit->steps.item[i].op == OP_UNLOCK)
			return true;
	return false;
}

/* What a keyscript was found to run: it may get by without. */
static void add_programs(struct manifest *manifest, struct arena *arena, const struct unit *unit,
			 const struct word *programs)
{
	for (const char *at = programs->text, *end; *at != '\0'; at = end + strspn(end, " ")) {
		end = at + strcspn(at, " ");
		add_item(manifest, arena, MANIFEST_BINARY,
			 arena_strndup(arena, at, (size_t)(end - at)), unit, programs->span, true);
	}
}

/* What a disk with keys may be: cryptsetup 2:2.6.1-4, debian/initramfs/hooks/cryptpassdev; and the
 * characters of vfat's names, which the kernel would have modprobe load. */
static const char *const key_disk_modules[] = {
	"fs-ext4",  "fs-ext3",	"fs-ext2", "fs-vfat", "nls_cp437", "nls_ascii",
	"fs-btrfs", "reiserfs", "fs-xfs",  "fs-jfs",  "iso9660",   "fs-udf",
};

/* Without facts of the disk, which need not be there when they are captured, all of these. */
static void add_key_disk(struct manifest *manifest, const struct model *model,
			 const struct unit *unit, const struct word *disk)
{
	const struct facts *facts = model->chain->facts;
	const struct facts_device *device =
		facts != NULL && disk->text[0] != '\0' ? facts_resolve(facts, disk->text) : NULL;
	const char *type = device != NULL ? facts_property(device, "ID_FS_TYPE") : NULL;
	bool all = type == NULL || strcmp(type, "vfat") == 0;

	if (type != NULL)
		add_item(manifest, model->arena, MANIFEST_MODULE,
			 arena_printf(model->arena, "fs-%s", type), unit, disk->span, true);
	for (size_t i = 0;
	     disk->text[0] != '\0' && all && i < sizeof key_disk_modules / sizeof *key_disk_modules;
	     i++)
		if (type == NULL || strncmp(key_disk_modules[i], "nls", 3) == 0)
			add_item(manifest, model->arena, MANIFEST_MODULE, key_disk_modules[i], unit,
				 disk->span, true);
}

/* Key files, and the table that cryptroot-unlock looks into. */
static void add_crypttab(struct manifest *manifest, const struct model *model,
			 const struct unit *unit)
{
	struct arena *arena = model->arena;
	row_list rows = {0};

	rows_of(model, ROWS_CRYPTTAB, &rows);
	for (size_t i = 0; i < rows.count; i++) {
		const struct row *row = &rows.item[i];
		const struct word *key = field(row, "key-file"), *target = field(row, "target");

		if (key->text[0] != '\0')
			add_item(manifest, arena, MANIFEST_KEY, key->text, unit, key->span, false);
		add_programs(manifest, arena, unit, field(row, "programs"));
		add_key_disk(manifest, model, unit, field(row, "key-disk"));
		add_item(manifest, arena, MANIFEST_CRYPTTAB,
			 arena_printf(arena, "%s %s %s %s", as_written(arena, target->text),
				      as_written(arena, field(row, "source")->text),
				      as_written(arena, field(row, "key")->text),
				      field(row, "options")->text),
			 unit, target->span, false);
	}
}

/* --- all ------------------------------------------------------------------ */

void graph_manifest(const struct graph *graph, const struct model *model, struct diag *diag,
		    struct manifest *manifest)
{
	bool scripts = false, crypttab = false;
	size_t i, k;

	for (i = 0; i < graph->nodes.count; i++) {
		const struct unit *unit = graph->nodes.item[i].unit;

		if (unit == NULL)
			continue;
		if (unit->script) {
			if (!scripts)
				add_scripts(manifest, model, unit);
			scripts = true;
			if (wants_network(model, unit))
				add_item(manifest, model->arena, MANIFEST_NETWORK, "drivers", unit,
					 unit->span, false);
			continue;
		}
		if (unlocks(unit) && !crypttab) {
			add_crypttab(manifest, model, unit);
			crypttab = true;
		}
		for (k = 0; k < unit->steps.count; k++)
			add_action(manifest, model, diag, unit, &unit->steps.item[k]);
		add_needs(manifest, model, diag, unit, MANIFEST_BINARY, unit->needs_binaries.item,
			  unit->needs_binaries.count);
		add_needs(manifest, model, diag, unit, MANIFEST_MODULE, unit->needs_modules.item,
			  unit->needs_modules.count);
		add_needs(manifest, model, diag, unit, MANIFEST_FILE, unit->needs_files.item,
			  unit->needs_files.count);
	}
	rescue_tools_add(manifest, graph, model);
}
