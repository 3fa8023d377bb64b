#include "yaml.h"

#include <stdlib.h>
#include <string.h>
#include <yaml.h>

#include "../utf8.h"

/* libyaml tells places as a count of characters, spans are in bytes. Events come in the order of
 * the text, so the place reached last is a good start for the next one. */
struct ruler {
	const struct text *text;
	size_t characters, bytes;
};

struct reader {
	struct arena *arena;
	struct diag *diag;
	const struct text *text;
	size_t begin; /* where the parser began to read */
	struct ruler ruler;
	yaml_document *handle;
	void *context;
	unsigned documents;
	yaml_parser_t parser;
	yaml_event_t event; /* the one at hand, if has_event */
	bool has_event;
	bool broken;	/* nothing more can be read of this document, */
	size_t stopped; /* from this offset on */
};

/* --- places --------------------------------------------------------------- */

static bool is_continuation(char byte)
{
	return (byte & 0xc0) == 0x80;
}

static size_t ruler_offset(struct ruler *ruler, size_t characters)
{
	const struct text *text = ruler->text;

	while (ruler->characters < characters && ruler->bytes < text->size) {
		ruler->bytes++;
		while (ruler->bytes < text->size && is_continuation(text->data[ruler->bytes]))
			ruler->bytes++;
		ruler->characters++;
	}
	while (ruler->characters > characters && ruler->bytes > 0) {
		ruler->bytes--;
		while (ruler->bytes > 0 && is_continuation(text->data[ruler->bytes]))
			ruler->bytes--;
		ruler->characters--;
	}
	return ruler->bytes;
}

static struct span span_of(struct reader *reader, yaml_mark_t from, yaml_mark_t to)
{
	size_t begin = ruler_offset(&reader->ruler, from.index);
	size_t end = ruler_offset(&reader->ruler, to.index);

	while (end > begin && strchr(" \t\r\n", reader->text->data[end - 1]) != NULL)
		end--;
	return (struct span){reader->text, begin, end > begin ? end - begin : 0, NULL};
}

static struct span event_span(struct reader *reader)
{
	return span_of(reader, reader->event.start_mark, reader->event.end_mark);
}

/* From the beginning of one span to the end of another behind it. */
static void extend(struct span *span, struct span last)
{
	if (last.offset + last.length > span->offset + span->length)
		span->length = last.offset + last.length - span->offset;
}

struct span yaml_part(struct word scalar, size_t from, size_t length)
{
	struct span span = scalar.span;
	size_t size = strlen(scalar.text);
	size_t quote = span.length == size + 2 ? 1 : 0;

	if (span.text == NULL || span.length != size + 2 * quote ||
	    memcmp(span.text->data + span.offset + quote, scalar.text, size) != 0)
		return span;
	span.offset += quote + from;
	span.length = length;
	return span;
}

/* --- events --------------------------------------------------------------- */

static void stop(struct reader *reader, struct span span)
{
	reader->broken = true;
	reader->stopped = span.offset;
}

static void exceed(struct reader *reader, struct span span, const char *what, int limit)
{
	diag_report(reader->diag, DIAG_YAML_LIMIT, span, NULL, "more than %d %s", limit, what);
	stop(reader, span);
}

static void syntax_error(struct reader *reader)
{
	yaml_parser_t *parser = &reader->parser;
	struct span span;

	if (parser->error == YAML_MEMORY_ERROR) {
		fprintf(stderr, "bootgraph: out of memory\n");
		exit(3);
	}
	if (parser->error == YAML_READER_ERROR) {
		/* The one place that is in bytes. */
		size_t offset = parser->problem_offset;

		offset += reader->begin;
		span = (struct span){reader->text, offset < reader->text->size ? offset : 0, 1,
				     NULL};
	} else {
		span = span_of(reader, parser->problem_mark, parser->problem_mark);
	}
	stop(reader, span);
	diag_report(reader->diag, DIAG_YAML_SYNTAX, span, NULL, "%s", parser->problem);
	if (parser->error != YAML_READER_ERROR && parser->context != NULL &&
	    parser->context_mark.index != parser->problem_mark.index)
		diag_note(reader->diag, span_of(reader, parser->context_mark, parser->context_mark),
			  "%s here", parser->context);
}

/* Moves on to the next event; false if there is none because of an error. */
static bool next_event(struct reader *reader)
{
	if (reader->has_event)
		yaml_event_delete(&reader->event);
	reader->has_event = !reader->broken && yaml_parser_parse(&reader->parser, &reader->event);
	if (!reader->has_event && !reader->broken)
		syntax_error(reader);
	return reader->has_event;
}

/* Tags and anchors mean something else than what stands there; a unit file is to be read as it is.
 */
static void refuse_properties(struct reader *reader, const yaml_char_t *tag,
			      const yaml_char_t *anchor)
{
	if (tag != NULL)
		diag_report(reader->diag, DIAG_YAML_TAG, event_span(reader), NULL,
			    "tags are not used in unit files: \"%s\"", (const char *)tag);
	if (anchor != NULL)
		diag_report(reader->diag, DIAG_YAML_ANCHOR, event_span(reader), NULL,
			    "anchors are not used in unit files: \"&%s\"", (const char *)anchor);
}

/* --- nodes ---------------------------------------------------------------- */

static struct yaml_node *read_node(struct reader *reader, unsigned depth);

static struct yaml_node *node_new(struct reader *reader, enum yaml_kind kind)
{
	struct yaml_node *node = arena_alloc(reader->arena, sizeof *node);

	node->kind = kind;
	node->span = event_span(reader);
	node->scalar = (struct word){"", node->span};
	return node;
}

static struct yaml_node *read_scalar(struct reader *reader)
{
	struct yaml_node *node = node_new(reader, YAML_SCALAR);
	const char *value = (const char *)reader->event.data.scalar.value;
	size_t length = reader->event.data.scalar.length;

	refuse_properties(reader, reader->event.data.scalar.tag, reader->event.data.scalar.anchor);
	if (memchr(value, '\0', length) != NULL)
		diag_report(reader->diag, DIAG_YAML_NUL, node->span, NULL, "\\0 in a text");
	node->scalar.text = arena_strndup(reader->arena, value, length);
	node->quoted = reader->event.data.scalar.style != YAML_PLAIN_SCALAR_STYLE;
	return node;
}

/* A closing bracket belongs to the node; the end of a block is somewhere behind it. */
static void close_node(struct reader *reader, struct yaml_node *node)
{
	struct span end;

	if (!reader->has_event)
		return;
	end = event_span(reader);
	if (end.length == 1 && strchr("]}", reader->text->data[end.offset]) != NULL)
		extend(&node->span, end);
}

static struct yaml_node *read_sequence(struct reader *reader, unsigned depth)
{
	struct yaml_node *node = node_new(reader, YAML_SEQUENCE), *item;

	refuse_properties(reader, reader->event.data.sequence_start.tag,
			  reader->event.data.sequence_start.anchor);
	while (next_event(reader) && reader->event.type != YAML_SEQUENCE_END_EVENT) {
		item = read_node(reader, depth + 1);
		if (item == NULL)
			return NULL;
		vec_push(reader->arena, &node->items, item);
		extend(&node->span, item->span);
	}
	close_node(reader, node);
	return reader->broken ? NULL : node;
}

static bool is_duplicate(struct reader *reader, const struct yaml_node *mapping, struct word key)
{
	size_t i;

	for (i = 0; i < mapping->pairs.count; i++) {
		const struct word *first = &mapping->pairs.item[i].key;

		if (strcmp(first->text, key.text) != 0)
			continue;
		diag_report(reader->diag, DIAG_YAML_DUPLICATE_KEY, key.span, NULL,
			    "\"%s\" stands here a second time", key.text);
		diag_note(reader->diag, first->span, "the first time here");
		return true;
	}
	return false;
}

static void add_pair(struct reader *reader, struct yaml_node *mapping, struct yaml_node *key,
		     struct yaml_node *value)
{
	extend(&mapping->span, key->span);
	extend(&mapping->span, value->span);
	if (key->kind != YAML_SCALAR)
		diag_report(reader->diag, DIAG_YAML_KEY, key->span, NULL,
			    "a key is a text; this is %s", yaml_kind_name(key));
	else if (mapping->pairs.count == YAML_KEYS_MAX)
		exceed(reader, key->span, "keys in one mapping", YAML_KEYS_MAX);
	else if (!is_duplicate(reader, mapping, key->scalar))
		vec_push(reader->arena, &mapping->pairs, (struct yaml_pair){key->scalar, value});
}

static struct yaml_node *read_mapping(struct reader *reader, unsigned depth)
{
	struct yaml_node *node = node_new(reader, YAML_MAPPING), *key, *value;

	refuse_properties(reader, reader->event.data.mapping_start.tag,
			  reader->event.data.mapping_start.anchor);
	while (next_event(reader) && reader->event.type != YAML_MAPPING_END_EVENT) {
		key = read_node(reader, depth + 1);
		if (key == NULL || !next_event(reader))
			return NULL;
		value = read_node(reader, depth + 1);
		if (value == NULL)
			return NULL;
		add_pair(reader, node, key, value);
	}
	close_node(reader, node);
	return reader->broken ? NULL : node;
}

/* Reported, and read as a text, which is what fits in most places. */
static struct yaml_node *read_alias(struct reader *reader)
{
	struct yaml_node *node = node_new(reader, YAML_SCALAR);

	diag_report(reader->diag, DIAG_YAML_ANCHOR, node->span, NULL,
		    "aliases are not used in unit files");
	node->scalar.text =
		arena_strdup(reader->arena, (const char *)reader->event.data.alias.anchor);
	return node;
}

/* The node that the event at hand begins, or NULL when the document cannot be read further. */
static struct yaml_node *read_node(struct reader *reader, unsigned depth)
{
	if (depth > YAML_DEPTH_MAX) {
		exceed(reader, event_span(reader), "levels of sequences and mappings",
		       YAML_DEPTH_MAX);
		return NULL;
	}
	switch (reader->event.type) { /* nothing else can stand where a node does */
	case YAML_SCALAR_EVENT:
		return read_scalar(reader);
	case YAML_SEQUENCE_START_EVENT:
		return read_sequence(reader, depth);
	case YAML_MAPPING_START_EVENT:
		return read_mapping(reader, depth);
	default:
		return read_alias(reader);
	}
}

/* --- documents ------------------------------------------------------------ */

static void read_document(struct reader *reader)
{
	const yaml_tag_directive_t *tags = reader->event.data.document_start.tag_directives.start;
	struct yaml_node *node;

	if (tags != NULL || reader->event.data.document_start.version_directive != NULL)
		diag_report(reader->diag, DIAG_YAML_TAG, event_span(reader), NULL,
			    "directives are not used in unit files");
	if (!next_event(reader))
		return;
	node = read_node(reader, 1);
	if (node == NULL || !next_event(reader)) /* the end of the document */
		return;
	if (reader->documents++ == YAML_DOCUMENTS_MAX) {
		exceed(reader, node->span, "documents in one file", YAML_DOCUMENTS_MAX);
		reader->stopped = reader->text->size;
		return;
	}
	reader->handle(reader->context, node);
}

/* Reads from reader->begin until the end of the text, or until an error. */
static void read_stream(struct reader *reader)
{
	const struct text *text = reader->text;

	if (!yaml_parser_initialize(&reader->parser)) {
		fprintf(stderr, "bootgraph: out of memory\n");
		exit(3);
	}
	yaml_parser_set_encoding(&reader->parser, YAML_UTF8_ENCODING);
	yaml_parser_set_input_string(&reader->parser,
				     (const unsigned char *)text->data + reader->begin,
				     text->size - reader->begin);
	reader->ruler = (struct ruler){text, 0, reader->begin};
	reader->broken = false;
	while (next_event(reader) && reader->event.type != YAML_STREAM_END_EVENT)
		if (reader->event.type == YAML_DOCUMENT_START_EVENT)
			read_document(reader);
	if (reader->has_event)
		yaml_event_delete(&reader->event);
	reader->has_event = false;
	yaml_parser_delete(&reader->parser);
}

/* The next line at or behind an offset that begins a document; the size of the text if there is
 * none. No scalar and no bracket goes on beyond such a line (YAML 1.2, c-forbidden). */
static size_t next_document(const struct text *text, size_t offset)
{
	size_t i;

	for (i = 0; i < text->line_count; i++) {
		const char *line = text->data + text->line_start[i];

		if (text->line_start[i] >= offset && strncmp(line, "---", 3) == 0 &&
		    strchr(" \t\r\n", line[3]) != NULL)
			return text->line_start[i];
	}
	return text->size;
}

void yaml_read(struct arena *arena, struct diag *diag, const struct text *text,
	       yaml_document *handle, void *context)
{
	struct reader reader = {
		.arena = arena, .diag = diag, .text = text, .handle = handle, .context = context};

	if (text->size > YAML_SIZE_MAX) {
		diag_report(diag, DIAG_YAML_LIMIT, (struct span){text, YAML_SIZE_MAX, 1, NULL},
			    NULL, "more than %d bytes", YAML_SIZE_MAX);
		return;
	}
	for (;;) {
		read_stream(&reader);
		if (!reader.broken)
			break;
		reader.begin = next_document(
			text, reader.stopped > reader.begin ? reader.stopped : reader.begin + 1);
		if (reader.begin >= text->size)
			break;
	}
}

/* --- what a node is ------------------------------------------------------- */

bool yaml_is_null(const struct yaml_node *node)
{
	return node->kind == YAML_SCALAR && !node->quoted && node->scalar.text[0] == '\0';
}

const char *yaml_kind_name(const struct yaml_node *node)
{
	switch (node->kind) {
	case YAML_SEQUENCE:
		return node->items.count == 0 ? "an empty sequence" : "a sequence";
	case YAML_MAPPING:
		return node->pairs.count == 0	? "an empty mapping"
		       : node->pairs.count == 1 ? "a mapping"
						: "a mapping with several keys";
	default:
		return yaml_is_null(node) ? "nothing" : "a text";
	}
}
