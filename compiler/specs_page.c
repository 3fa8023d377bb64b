/* bootgraph-specs TEMPLATE: writes a page of specs/ to standard output.
 *
 * A template is the page's prose; a line {{name}} in it stands for a table that is made here from
 * the same .def files as the code, so that the page cannot differ from it. The pages are committed,
 * and a test compares. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "diag.h"
#include "program.h"
#include "source_page.h"
#include "unit_page.h"
#include "../runtime/core/guard.h"

/* A text inside a table cell. */
static void print_cell(const char *text)
{
	for (; *text != '\0'; text++) {
		if (*text == '|')
			putchar('\\');
		putchar(*text);
	}
}

/* --- opcodes -------------------------------------------------------------- */

static const char *class_name(enum op_class class)
{
	static const char *const names[] = {
		[CLASS_FLOW] = "any",	 [CLASS_TEST] = "test",	    [CLASS_MATCH] = "match",
		[CLASS_LOGIC] = "logic", [CLASS_EFFECT] = "effect",
	};

	return names[class];
}

static void print_operands(const struct op *op)
{
	if (op->operand_count == 0)
		fputs("none", stdout);
	for (unsigned i = 0; i < op->operand_count; i++)
		printf("%s%s%s: %s%s", i > 0 ? ", " : "", op->operand[i].optional ? "[" : "",
		       op->operand[i].name, operand_kind_name(op->operand[i].kind),
		       op->operand[i].optional ? "]" : "");
}

static void print_opcodes(void)
{
	puts("| number | instruction | class | operands | meaning |");
	puts("| --- | --- | --- | --- | --- |");
	for (unsigned i = 0; i < OP_COUNT; i++) {
		const struct op *op = opcode_describe(i);

		printf("| %u | `%s` | %s | ", i, op->name, class_name(op->class));
		print_operands(op);
		fputs(" | ", stdout);
		print_cell(op->text);
		puts(" |");
	}
}

static void print_guard_depth(void)
{
	printf("A program may have at most %d answers at a time.\n", GUARD_DEPTH_MAX);
}

/* --- the blob ------------------------------------------------------------- */

static const char *kind_text(enum field_kind kind)
{
	static const char *const texts[] = {
		[FIELD_ANY] = "a number",
		[FIELD_MAGIC] = "constant bytes",
		[FIELD_CHECKSUM] = "checksum",
		[FIELD_SIZE] = "a number",
		[FIELD_STATE] = "a number",
		[FIELD_STRING] = "text",
		[FIELD_TEXT] = "text or empty",
		[FIELD_NODE] = "node",
		[FIELD_NODE_OR_NONE] = "node or NONE",
		[FIELD_CODE] = "program or NONE",
		[FIELD_VALUE] = "value or NONE",
		[FIELD_PARAMETER] = "parameter or NONE",
		[FIELD_ENUM_node_kind] = "node kind",
		[FIELD_ENUM_edge_kind] = "edge kind",
		[FIELD_ENUM_edge_reason] = "edge reason",
		[FIELD_FLAGS_node_flag] = "node flags",
		[FIELD_FIRST_edges] = "place in edges",
		[FIELD_COUNT_edges] = "count",
		[FIELD_FIRST_wakes] = "place in wakes",
		[FIELD_COUNT_wakes] = "count",
		[FIELD_FIRST_paths] = "place in paths",
		[FIELD_COUNT_paths] = "count",
	};

	return texts[kind];
}

static void print_fields(const struct field *field, unsigned count)
{
	unsigned offset = 0;

	puts("| offset | bytes | field | is | meaning |");
	puts("| --- | --- | --- | --- | --- |");
	for (unsigned i = 0; i < count; i++) {
		printf("| %u | %u | %s | %s | ", offset, field[i].width, field[i].name,
		       kind_text(field[i].kind));
		print_cell(field[i].text);
		puts(" |");
		offset += field[i].width;
	}
}

static void print_header(void)
{
	unsigned count;
	const struct field *field = blob_header_fields(&count);

	print_fields(field, count);
}

static void print_sections(void)
{
	puts("| offset | section | bytes of a record | what it holds |");
	puts("| --- | --- | --- | --- |");
	for (unsigned i = 0; i < SECTION_COUNT; i++) {
		const struct section_layout *layout = blob_layout((enum section)i);

		printf("| %u | %s | %u | ", HEADER_BYTES + 8 * i, layout->name,
		       layout->record_bytes);
		print_cell(layout->text);
		puts(" |");
	}
}

static void print_records(void)
{
	for (unsigned i = 0; i < SECTION_COUNT; i++) {
		const struct section_layout *layout = blob_layout((enum section)i);

		if (layout->field_count == 0)
			continue;
		printf("### A record of %s: %u bytes\n\n", layout->name, layout->record_bytes);
		print_fields(layout->field, layout->field_count);
		putchar('\n');
	}
}

static void print_enums(void)
{
	puts("| number | node kind |\n| --- | --- |");
	for (unsigned i = 0; i < NODE_KIND_COUNT; i++)
		printf("| %u | %s |\n", i, node_kind_name((enum node_kind)i));
	puts("\n| number | edge kind |\n| --- | --- |");
	for (unsigned i = 0; i < EDGE_KIND_COUNT; i++)
		printf("| %u | %s |\n", i, edge_kind_name((enum edge_kind)i));
	puts("\n| number | reason of an edge |\n| --- | --- |");
	for (unsigned i = 0; i < EDGE_REASON_COUNT; i++)
		printf("| %u | %s |\n", i, edge_reason_name((enum edge_reason)i));
}

static void print_limits(void)
{
	puts("| what | limit |\n| --- | --- |");
	printf("| version | %d |\n", BLOB_VERSION);
	printf("| bytes of a blob, at most | %d |\n", BLOB_SIZE_MAX);
	printf("| bytes of a blob, at least | %d |\n", BLOB_SIZE_MIN);
	printf("| records of a section, at most | %d |\n", NONE - 1);
	printf("| NONE | %d |\n", NONE);
	printf("| limit that is no limit (NO_LIMIT) | %" PRIu32 " |\n", NO_LIMIT);
	printf("| limit that the command line decides (DEFAULT_LIMIT) | %" PRIu32 " |\n",
	       DEFAULT_LIMIT);
}

/* --- an example, field by field ------------------------------------------- */

/* A boot that says one sentence on the kernel command line's behalf. */
static struct program *example_program(struct arena *arena)
{
	struct program *program = arena_alloc(arena, sizeof *program);
	struct program_instruction say = {.op = OP_LOG, .source = "hello.yaml:4:6"};
	struct program_node node = {.name = "hello",
				    .description = "",
				    .source = "hello.yaml:1:1",
				    .replaces = "",
				    .exclusive = "",
				    .kind = NODE_TASK,
				    .attempts = 1,
				    .limit = 10000,
				    .action = {.present = true}};

	say.operand[0].value = (struct program_value){"ro", PARAMETER_ACCESS};
	vec_push(arena, &node.action.instructions, say);
	program->arena = arena;
	vec_push(arena, &program->nodes, node);
	return program;
}

/* An offset and up to eight bytes; the last column of them has no space behind it. */
static void print_bytes(const unsigned char *bytes, size_t offset, unsigned count)
{
	char hex[3 * 8 + 1] = "";

	for (unsigned i = 0; i < count; i++)
		snprintf(hex + (size_t)3 * i, 4, "%02x ", bytes[offset + i]);
	printf("%06zx  %-24s", offset, hex);
}

static void print_example_fields(const unsigned char *bytes, size_t offset, const char *of,
				 const struct field *field, unsigned count)
{
	for (unsigned i = 0; i < count; i++) {
		print_bytes(bytes, offset, field[i].width);
		printf(" %s %s\n", of, field[i].name);
		offset += field[i].width;
	}
}

static void print_example_strings(const unsigned char *bytes, size_t offset, size_t size)
{
	for (size_t at = 0; at < size;) {
		const char *text = (const char *)bytes + offset + at;
		size_t length = strlen(text) + 1;

		for (size_t i = 0; i < length; i += 8) {
			print_bytes(bytes, offset + at + i,
				    length - i < 8 ? (unsigned)(length - i) : 8);
			if (i == 0)
				printf(" strings at %zu: \"%s\"", at, text);
			putchar('\n');
		}
		at += length;
	}
}

static void print_example_section(const unsigned char *bytes, enum section section)
{
	const struct section_layout *layout = blob_layout(section);
	const unsigned char *entry = bytes + HEADER_BYTES + (size_t)8 * section;
	uint32_t offset = blob_u32(entry), count = blob_u32(entry + 4);

	if (section == SECTION_strings) {
		print_example_strings(bytes, offset, count);
		return;
	}
	for (uint32_t i = 0; i < count; i++, offset += layout->record_bytes) {
		char of[64];

		snprintf(of, sizeof of, "%s %" PRIu32 ":", layout->name, i);
		if (layout->field_count > 0) {
			print_example_fields(bytes, offset, of, layout->field, layout->field_count);
		} else {
			print_bytes(bytes, offset, layout->record_bytes);
			printf(" %s\n", of);
		}
	}
}

static void print_example(void)
{
	struct arena *arena = arena_new();
	struct diag diag = {.out = stderr};
	struct program *program = example_program(arena);
	const struct field *header;
	const unsigned char *bytes;
	unsigned count;
	size_t size;

	puts("```");
	program_list(program, stdout);
	puts("```\n\nThese are the bytes, one field a line:\n\n```");
	bytes = blob_write(program, &diag, false, &size);
	if (bytes == NULL)
		exit(1);
	header = blob_header_fields(&count);
	print_example_fields(bytes, 0, "header:", header, count);
	for (unsigned i = 0; i < SECTION_COUNT; i++) {
		print_bytes(bytes, HEADER_BYTES + 8 * i, 8);
		printf(" section table: %s, offset and count\n",
		       blob_layout((enum section)i)->name);
	}
	for (unsigned i = 0; i < SECTION_COUNT; i++)
		print_example_section(bytes, (enum section)i);
	puts("```");
	arena_free(arena);
}

/* --- kernel parameters ---------------------------------------------------- */

static void print_spellings(enum parameter_id id)
{
	const char *word, *value, *separator = "";
	enum parameter_id its;

	for (unsigned i = 0; (word = parameter_spelling(i, &its, &value)) != NULL; i++) {
		if (its != id)
			continue;
		printf("%s`%s%s`", separator, word, word[strlen(word) - 1] == '=' ? "..." : "");
		if (value != NULL && value[0] != '\0')
			printf(" (%s)", value);
		separator = ", ";
	}
}

static void print_parameters(void)
{
	struct boot boot;

	boot_read_command_line(&boot, NULL, "");
	puts("| name in unit files | on the command line | when not given | meaning |");
	puts("| --- | --- | --- | --- |");
	for (unsigned i = 0; i < PARAMETER_COUNT; i++) {
		printf("| `%s` | ", parameter_name((enum parameter_id)i));
		print_spellings((enum parameter_id)i);
		printf(" | %s | ", boot.parameter[i][0] != '\0' ? boot.parameter[i] : "empty");
		print_cell(parameter_text((enum parameter_id)i));
		puts(" |");
	}
}

/* --- pages ---------------------------------------------------------------- */

static const struct insert {
	const char *name;
	void (*print)(void);
} inserts[] = {
	{"opcodes", print_opcodes},
	{"guard depth", print_guard_depth},
	{"blob header", print_header},
	{"blob sections", print_sections},
	{"blob records", print_records},
	{"blob enums", print_enums},
	{"blob limits", print_limits},
	{"blob example", print_example},
	{"parameters", print_parameters},
	{"crypttab options", print_crypttab_options},
	{"veritytab options", print_veritytab_options},
	{"integritytab options", print_integritytab_options},
	{"settings", print_settings},
	{"mdadm keywords", print_mdadm_keywords},
	{"mdadm array words", print_mdadm_array_words},
	{"unit keywords", print_unit_keywords},
	{"unit choices", print_unit_choices},
	{"unit events", print_unit_events},
	{"unit conditions", print_unit_conditions},
	{"unit conflicts", print_unit_conflicts},
	{"unit actions", print_unit_actions},
	{"schema keywords", print_schema_keywords},
	{"schema action references", print_schema_action_references},
	{"schema actions", print_schema_actions},
	{"schema conditions", print_schema_conditions},
	{"schema alternatives", print_schema_alternatives},
	{"schema conflicts", print_schema_conflicts},
};

/* Prints a line of the template, or the table it stands for; false if there is no such table. */
static bool print_line(const char *line)
{
	size_t length = strlen(line);

	if (length < 5 || strncmp(line, "{{", 2) != 0 || strcmp(line + length - 3, "}}\n") != 0) {
		fputs(line, stdout);
		return true;
	}
	for (size_t i = 0; i < sizeof inserts / sizeof inserts[0]; i++)
		if (strlen(inserts[i].name) == length - 5 &&
		    strncmp(inserts[i].name, line + 2, length - 5) == 0) {
			inserts[i].print();
			return true;
		}
	return false;
}

int main(int argc, char **argv)
{
	char *line = NULL;
	size_t capacity = 0;
	FILE *in = argc == 2 ? fopen(argv[1], "r") : NULL;

	if (in == NULL) {
		fprintf(stderr, "usage: bootgraph-specs TEMPLATE\n");
		return 2;
	}
	while (getline(&line, &capacity, in) > 0)
		if (!print_line(line)) {
			fprintf(stderr, "%s: no such table: %s", argv[1], line);
			return 1;
		}
	free(line);
	if (ferror(in) || fclose(in) != 0 || fflush(stdout) != 0 || ferror(stdout)) {
		fprintf(stderr, "%s: %s\n", argv[1], strerror(errno));
		return 1;
	}
	return 0;
}
