#include "unit_page.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "../runtime/core/opcode.h"

enum shape {
#define SHAPE(id, reader, words, schema) SHAPE_##id,
#include "source/unit_keywords.def"
};

static const struct {
	const char *words, *schema;
} shapes[] = {
#define SHAPE(id, reader, words, schema) [SHAPE_##id] = {words, schema},
#include "source/unit_keywords.def"
};

enum keyword {
#define KEYWORD(id, spelling, shape, member, text) KEYWORD_##id,
#include "source/unit_keywords.def"
	KEYWORD_COUNT
};

static const struct {
	const char *spelling, *text;
	enum shape shape;
} keywords[KEYWORD_COUNT] = {
#define KEYWORD(id, spelling, shape, member, text) [KEYWORD_##id] = {spelling, text, SHAPE_##shape},
#include "source/unit_keywords.def"
};

static const struct {
	enum keyword keyword;
	const char *word, *text;
} choices[] = {
#define CHOICE(keyword, word, value, text) {KEYWORD_##keyword, word, text},
#include "source/unit_keywords.def"
};

static const struct {
	const char *word, *argument, *text;
} events[] = {
#define ARGUMENT_NOTHING		  ""
#define ARGUMENT_UNIT			  " UNIT"
#define ARGUMENT_PATH			  " PATH"
#define ARGUMENT_DEVICE			  " REFERENCE"
#define EVENT(term, word, argument, text) {word, ARGUMENT_##argument, text},
#include "source/unit_keywords.def"
};

enum condition_value {
	VALUE_TEXT,
	VALUE_SEQUENCE,
	VALUE_CONDITION,
};

static const struct {
	const char *key, *text;
	enum condition_value value;
} conditions[] = {
#define VALUE_CMDLINE		   VALUE_TEXT
#define VALUE_PARAMETER		   VALUE_TEXT
#define VALUE_FILE		   VALUE_TEXT
#define VALUE_DEVICES		   VALUE_TEXT
#define VALUE_AND		   VALUE_SEQUENCE
#define VALUE_OR		   VALUE_SEQUENCE
#define VALUE_NOT		   VALUE_CONDITION
#define CONDITION(term, key, text) {key, text, VALUE_##term},
#include "source/unit_keywords.def"
};

static const struct {
	enum keyword a, b;
	const char *why;
} conflicts[] = {
#define CONFLICT(a, b, why) {KEYWORD_##a, KEYWORD_##b, why},
#include "source/unit_keywords.def"
};

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

static bool is_action(unsigned op)
{
	return opcode_describe(op)->class == CLASS_EFFECT;
}

/* --- Markdown ------------------------------------------------------------- */

void print_unit_keywords(void)
{
	unsigned i;

	puts("| keyword | its value | what it says |");
	puts("| --- | --- | --- |");
	for (i = 0; i < KEYWORD_COUNT; i++)
		printf("| `%s` | %s | %s |\n", keywords[i].spelling,
		       shapes[keywords[i].shape].words, keywords[i].text);
}

void print_unit_choices(void)
{
	unsigned i;

	puts("| written | what it says |");
	puts("| --- | --- |");
	for (i = 0; i < COUNT(choices); i++)
		printf("| `%s: %s` | %s |\n", keywords[choices[i].keyword].spelling,
		       choices[i].word, choices[i].text);
}

void print_unit_events(void)
{
	unsigned i;

	puts("| event | when it is true |");
	puts("| --- | --- |");
	for (i = 0; i < COUNT(events); i++)
		printf("| `%s%s` | %s |\n", events[i].word, events[i].argument, events[i].text);
}

void print_unit_conditions(void)
{
	static const char *const values[] = {"...", "[{...}, {...}]", "{...}"};
	unsigned i;

	puts("| condition | when it holds |");
	puts("| --- | --- |");
	for (i = 0; i < COUNT(conditions); i++)
		printf("| `{%s: %s}` | %s |\n", conditions[i].key, values[conditions[i].value],
		       conditions[i].text);
}

void print_unit_conflicts(void)
{
	unsigned i;

	puts("| not together | why |");
	puts("| --- | --- |");
	for (i = 0; i < COUNT(conflicts); i++)
		printf("| `%s`, `%s` | %s |\n", keywords[conflicts[i].a].spelling,
		       keywords[conflicts[i].b].spelling, conflicts[i].why);
}

static const char *operand_words(enum operand_kind kind)
{
	switch (kind) {
	case OPERAND_LIST:
		return " (sequence)";
	case OPERAND_NUMBER:
		return " (number)";
	case OPERAND_DEVICE:
		return " (device)";
	default:
		return "";
	}
}

void print_unit_actions(void)
{
	unsigned op, i;

	puts("| action | operands | what it does |");
	puts("| --- | --- | --- |");
	for (op = 0; op < OP_COUNT; op++) {
		const struct op *row = opcode_describe(op);

		if (!is_action(op))
			continue;
		printf("| `%s` | ", row->name);
		for (i = 0; i < row->operand_count; i++)
			printf("%s%s`%s`%s%s", i > 0 ? ", " : "",
			       row->operand[i].optional ? "[" : "", row->operand[i].name,
			       operand_words(row->operand[i].kind),
			       row->operand[i].optional ? "]" : "");
		if (op == OP_DAEMON) /* the one operand that is no operand of the effect */
			fputs(", [`stop-on`]", stdout);
		printf("%s | %s |\n", row->operand_count == 0 ? "none" : "", row->text);
	}
}

/* --- JSON Schema ---------------------------------------------------------- */

static void print_text(const char *text)
{
	putchar('"');
	for (; *text != '\0'; text++) {
		if (*text == '"' || *text == '\\')
			putchar('\\');
		putchar(*text);
	}
	putchar('"');
}

/* The table's schemas have ' for ", to be legible in C. */
static void print_schema(const char *schema)
{
	for (; *schema != '\0'; schema++)
		putchar(*schema == '\'' ? '"' : *schema);
}

/* YAML readers with types make a truth value of true; both are right. */
static void print_choice_schema(enum keyword keyword)
{
	bool first = true;
	unsigned i;

	fputs("{\"enum\": [", stdout);
	for (i = 0; i < COUNT(choices); i++) {
		if (choices[i].keyword != keyword)
			continue;
		fputs(first ? "" : ", ", stdout);
		if (strcmp(choices[i].word, "true") == 0)
			fputs("true, ", stdout);
		print_text(choices[i].word);
		first = false;
	}
	fputs("]}", stdout);
}

void print_schema_keywords(void)
{
	unsigned i;

	for (i = 0; i < KEYWORD_COUNT; i++) {
		printf("    \"%s\": {\"description\": ", keywords[i].spelling);
		print_text(keywords[i].text);
		fputs(", \"allOf\": [", stdout);
		if (keywords[i].shape == SHAPE_CHOICE)
			print_choice_schema((enum keyword)i);
		else
			print_schema(shapes[keywords[i].shape].schema);
		fputs("]},\n", stdout);
	}
}

static const char *operand_schema(const struct operand *operand)
{
	switch (operand->kind) {
	case OPERAND_LIST:
		return "{'$ref': '#/$defs/texts'}";
	case OPERAND_NUMBER:
		return "{'type': ['integer', 'string']}";
	default:
		return operand->optional ? "{'$ref': '#/$defs/optional-text'}"
					 : "{'$ref': '#/$defs/text'}";
	}
}

/* The mapping with all operands. */
static void print_operands_schema(const struct op *row)
{
	const char *comma = "";
	unsigned i;

	fputs("{\"type\": \"object\", \"additionalProperties\": false, \"properties\": {", stdout);
	for (i = 0; i < row->operand_count; i++) {
		printf("%s\"%s\": ", i > 0 ? ", " : "", row->operand[i].name);
		print_schema(operand_schema(&row->operand[i]));
	}
	if (row == opcode_describe(OP_DAEMON))
		fputs(", \"stop-on\": {\"$ref\": \"#/$defs/expression\"}", stdout);
	fputs("}, \"required\": [", stdout);
	for (i = 0; i < row->operand_count; i++) {
		if (row->operand[i].optional)
			continue;
		printf("%s\"%s\"", comma, row->operand[i].name);
		comma = ", ";
	}
	fputs("]}", stdout);
}

/* The one operand that has to be there, and may be written without its name. */
static const struct operand *only_operand(const struct op *row)
{
	const struct operand *only = NULL;
	unsigned i;

	for (i = 0; i < row->operand_count; i++) {
		if (row->operand[i].optional)
			continue;
		if (only != NULL)
			return NULL;
		only = &row->operand[i];
	}
	return only;
}

void print_schema_actions(void)
{
	const char *comma = "";
	unsigned op;

	for (op = 0; op < OP_COUNT; op++) {
		const struct op *row = opcode_describe(op);
		const struct operand *only = only_operand(row);

		if (!is_action(op))
			continue;
		printf("%s        \"%s\": {\"description\": ", comma, row->name);
		print_text(row->text);
		fputs(", \"anyOf\": [", stdout);
		if (row->operand_count == 0)
			fputs("{\"enum\": [true, \"true\", null]}", stdout);
		else
			print_operands_schema(row);
		if (only != NULL) {
			fputs(", ", stdout);
			print_schema(operand_schema(only));
		}
		fputs("]}", stdout);
		comma = ",\n";
	}
	putchar('\n');
}

void print_schema_action_references(void)
{
	const char *comma = "";
	unsigned op;

	for (op = 0; op < OP_COUNT; op++) {
		if (!is_action(op))
			continue;
		printf("%s    \"%s\": {\"$ref\": \"#/$defs/step/properties/%s\"}", comma,
		       opcode_describe(op)->name, opcode_describe(op)->name);
		comma = ",\n";
	}
	putchar('\n');
}

void print_schema_conditions(void)
{
	static const char *const values[] = {
		[VALUE_TEXT] = "{'$ref': '#/$defs/text'}",
		[VALUE_SEQUENCE] = "{'$ref': '#/$defs/conditions'}",
		[VALUE_CONDITION] = "{'$ref': '#/$defs/condition'}",
	};
	unsigned i;

	for (i = 0; i < COUNT(conditions); i++) {
		printf("        \"%s\": {\"description\": ", conditions[i].key);
		print_text(conditions[i].text);
		fputs(", \"allOf\": [", stdout);
		print_schema(values[conditions[i].value]);
		fputs("]},\n", stdout);
	}
}

/* A unit does one thing, or several steps, or is an event. */
void print_schema_alternatives(void)
{
	unsigned op;

	for (op = 0; op < OP_COUNT; op++)
		if (is_action(op))
			printf("    {\"required\": [\"%s\"]},\n", opcode_describe(op)->name);
	printf("    {\"required\": [\"%s\"]},\n", keywords[KEYWORD_STEPS].spelling);
	printf("    {\"required\": [\"%s\"]},\n", keywords[KEYWORD_MASKED].spelling);
	printf("    {\"required\": [\"%s\"]}\n", keywords[KEYWORD_EVENT].spelling);
}

void print_schema_conflicts(void)
{
	unsigned i;

	for (i = 0; i < COUNT(conflicts); i++)
		printf("    {\"not\": {\"required\": [\"%s\", \"%s\"]}}%s\n",
		       keywords[conflicts[i].a].spelling, keywords[conflicts[i].b].spelling,
		       i + 1 < COUNT(conflicts) ? "," : "");
}
