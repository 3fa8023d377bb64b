#include "print.h"

#include <assert.h>
#include <string.h>

typedef __typeof__(((struct unit *)0)->requires) relation_list;
typedef __typeof__(((struct unit *)0)->needs_files) word_list;

static void print_place(FILE *out, struct span span)
{
	size_t line, column;

	assert(span.text == NULL ||
	       (span.offset <= span.text->size && span.length <= span.text->size - span.offset));
	span_position(span, &line, &column);
	fprintf(out, " @%zu:%zu+%zu", line, column, span.length);
}

static void print_word(FILE *out, struct word word)
{
	const char *c;

	if (word.text == NULL) {
		fputs(" -", out);
		return;
	}
	fputs(" \"", out);
	for (c = word.text; *c != '\0'; c++)
		if ((unsigned char)*c < ' ' || *c == '"' || *c == '\\')
			fprintf(out, "\\x%02x", (unsigned)(unsigned char)*c);
		else
			fputc(*c, out);
	fputc('"', out);
	print_place(out, word.span);
}

static void print_named(FILE *out, const char *name, struct word word)
{
	if (word.text == NULL)
		return;
	fprintf(out, "  %s:", name);
	print_word(out, word);
	fputc('\n', out);
}

/* --- fstab, command line -------------------------------------------------- */

static void print_fstab(FILE *out, const struct fstab_row *row)
{
	fprintf(out, "fstab");
	print_place(out, row->span);
	fputc('\n', out);
	print_named(out, "source", row->source);
	print_named(out, "where", row->where);
	print_named(out, "type", row->type);
	print_named(out, "options", row->options);
	fprintf(out, "  freq: %u pass: %u\n", row->freq, row->pass);
}

/* --- crypttab, mdadm.conf ------------------------------------------------- */

static void print_crypttab(FILE *out, const struct crypttab_row *row)
{
	size_t i;

	fputs("crypttab", out);
	print_place(out, row->span);
	fputc('\n', out);
	print_named(out, "target", row->target);
	print_named(out, "source", row->source);
	print_named(out, "key", row->key);
	for (i = 0; i < row->options.count; i++) {
		const struct crypttab_option *option = &row->options.item[i];

		fprintf(out, "  option %s:",
			option->id == CRYPTTAB_UNKNOWN
				? "unknown"
				: crypttab_option_describe(option->id)->name);
		print_word(out, option->name);
		if (option->value.text != NULL)
			print_word(out, option->value);
		fputc('\n', out);
	}
}

static void print_each(FILE *out, const char *name, const struct word *words, size_t count)
{
	size_t i;

	for (i = 0; i < count; i++)
		print_named(out, name, words[i]);
}

static void print_array(FILE *out, const struct md_array *array)
{
	char uuid[MD_UUID_SIZE];

	fputs("array", out);
	print_place(out, array->span);
	fprintf(out, "%s\n", array->ignored ? " ignored" : "");
	print_named(out, "device", array->device);
	print_named(out, "uuid", array->uuid);
	if (array->uuid.text != NULL && md_uuid(array->uuid.text, uuid))
		fprintf(out, "  uuid is %s\n", uuid);
	print_named(out, "name", array->name);
	print_named(out, "metadata", array->metadata);
	print_named(out, "level", array->level);
	print_named(out, "num-devices", array->num_devices);
	print_named(out, "spares", array->spares);
	print_named(out, "spare-group", array->spare_group);
	print_named(out, "super-minor", array->super_minor);
	print_named(out, "bitmap", array->bitmap);
	print_named(out, "container", array->container);
	print_named(out, "member", array->member);
	print_each(out, "devices", array->devices.item, array->devices.count);
}

static void print_md_settings(FILE *out, const struct md_settings *md)
{
	if (md->has_device)
		fputs("device line\n", out);
	print_each(out, "device", md->device_patterns.item, md->device_patterns.count);
	print_named(out, "homehost", md->homehost);
	print_named(out, "homehost ignored", md->homehost_ignored);
	print_named(out, "homecluster", md->homecluster);
	print_named(out, "auto line", md->auto_line);
	print_each(out, "auto", md->auto_rules.item, md->auto_rules.count);
	print_each(out, "create", md->create.item, md->create.count);
}

/* --- units ---------------------------------------------------------------- */

static const char *const term_names[TERM_KIND_COUNT] = {
	[TERM_AND] = "and",	    [TERM_OR] = "or",		[TERM_NOT] = "not",
	[TERM_STARTUP] = "startup", [TERM_STARTED] = "started", [TERM_STARTING] = "starting",
	[TERM_STOPPED] = "stopped", [TERM_MOUNTED] = "mounted", [TERM_EVENT] = "event",
	[TERM_DEVICE] = "device",   [TERM_CMDLINE] = "cmdline", [TERM_PARAMETER] = "parameter",
	[TERM_FILE] = "file",
};

static void print_term(FILE *out, const struct term *term, int indent)
{
	size_t i;

	fprintf(out, "%*s%s", indent, "", term_names[term->kind]);
	if (term->name.text != NULL)
		print_word(out, term->name);
	else
		print_place(out, term->span);
	if (term->pattern.text != NULL)
		print_word(out, term->pattern);
	fputc('\n', out);
	for (i = 0; i < term->terms.count; i++)
		print_term(out, term->terms.item[i], indent + 2);
}

static void print_condition(FILE *out, const char *name, const struct term *term)
{
	if (term == NULL)
		return;
	fprintf(out, "  %s:\n", name);
	print_term(out, term, 4);
}

static void print_relations(FILE *out, const char *name, const relation_list *relations)
{
	size_t i;

	for (i = 0; i < relations->count; i++) {
		fprintf(out, "  %s:%s", name, relations->item[i].device ? " device" : "");
		print_word(out, relations->item[i].name);
		fputc('\n', out);
	}
}

static void print_words(FILE *out, const char *name, const word_list *words)
{
	size_t i;

	for (i = 0; i < words->count; i++)
		print_named(out, name, words->item[i]);
}

static void print_action(FILE *out, const struct action *action)
{
	const struct op *op = opcode_describe(action->op);
	size_t i;

	fprintf(out, "  %s", op->name);
	print_place(out, action->span);
	fputc('\n', out);
	for (i = 0; i < op->operand_count; i++) {
		if (action->operand[i].text == NULL)
			continue;
		fprintf(out, "    %s:", op->operand[i].name);
		print_word(out, action->operand[i]);
		fputc('\n', out);
	}
	for (i = 0; i < action->list.count; i++) {
		fputs("   ", out);
		print_word(out, action->list.item[i]);
		fputc('\n', out);
	}
}

static void print_flags(FILE *out, const struct unit *unit)
{
	static const char *const types[] = {"task", "event", "reaction"};
	static const char *const rows[ROWS_COUNT] = {
		[ROWS_NONE] = "",
		[ROWS_ROOT] = " for-each root",
		[ROWS_USR] = " for-each usr",
		[ROWS_SWAP] = " for-each swap",
		[ROWS_CRYPTTAB] = " for-each crypttab",
		[ROWS_ARRAY] = " for-each array",
		[ROWS_CONTAINED] = " for-each contained-array",
		[ROWS_VOLUME] = " for-each volume",
		[ROWS_LVM_VOLUME] = " for-each lvm-volume",
		[ROWS_BCACHE] = " for-each bcache",
		[ROWS_BTRFS] = " for-each btrfs",
		[ROWS_CRYPTOPTS] = " for-each cryptopts",
		[ROWS_VERITY] = " for-each verity",
		[ROWS_INTEGRITY] = " for-each integrity",
		[ROWS_KEY_DISK] = " for-each key-disk",
		[ROWS_RESUME] = " for-each resume",
		[ROWS_LISTED_MODULE] = " for-each listed-module",
	};

	fprintf(out, "  %s%s%s%s%s", types[unit->type], rows[unit->rows],
		unit->discovers_devices ? " discovers" : "", unit->goal ? " goal" : "",
		unit->on_failure == ON_FAILURE_RESCUE ? " rescue" : "");
	if (unit->timeout == NO_LIMIT)
		fputs(" timeout none", out);
	else if (unit->timeout > 0)
		fprintf(out, " timeout %u", (unsigned)unit->timeout);
	if (unit->attempts > 0)
		fprintf(out, " attempts %u", (unsigned)unit->attempts);
	fputc('\n', out);
}

static void print_unit(FILE *out, const struct unit *unit)
{
	size_t i;

	fputs("unit", out);
	print_word(out, unit->name);
	print_place(out, unit->span);
	fputc('\n', out);
	print_flags(out, unit);
	print_named(out, "description", unit->description);
	for (i = 0; i < unit->on.count; i++) {
		fputs("  on:", out);
		print_word(out, unit->on.item[i].key);
		print_word(out, unit->on.item[i].pattern);
		fputc('\n', out);
	}
	print_condition(out, "if-host", unit->if_host);
	print_condition(out, "when", unit->when);
	print_condition(out, "start-on", unit->start_on);
	print_relations(out, "requires", &unit->requires);
	print_relations(out, "wants", &unit->wants);
	print_relations(out, "after", &unit->after);
	print_relations(out, "before", &unit->before);
	print_relations(out, "required-by", &unit->required_by);
	print_relations(out, "provides", &unit->provides);
	print_words(out, "needs-binaries", &unit->needs_binaries);
	print_words(out, "needs-modules", &unit->needs_modules);
	print_words(out, "needs-files", &unit->needs_files);
	print_named(out, "exclusive", unit->exclusive);
	for (i = 0; i < unit->steps.count; i++)
		print_action(out, &unit->steps.item[i]);
}

void print_model(FILE *out, const struct model *model)
{
	size_t i;

	for (i = 0; i < model->fstab.count; i++)
		print_fstab(out, &model->fstab.item[i]);
	for (i = 0; i < model->crypttab.count; i++)
		print_crypttab(out, &model->crypttab.item[i]);
	for (i = 0; i < model->arrays.count; i++)
		print_array(out, &model->arrays.item[i]);
	print_md_settings(out, &model->md);
	for (i = 0; i < model->parameters.count; i++)
		print_named(out, parameter_name(model->parameters.item[i].id),
			    model->parameters.item[i].value);
	for (i = 0; i < model->units.count; i++)
		print_unit(out, model->units.item[i]);
}
