/* Program -> Graphviz. Time runs from left to right, one box for each source file; what kind an
 * edge is shows in its line, and the key says how. Paths (whose work stops a device's clock) are
 * left to the listing: as lines they would hide the rest. */
#include <string.h>

#include "names.h"

/* How an edge kind is drawn: color, line, arrow head, and what it says in the key. */
static const struct edge_style {
	const char *color, *style, *head, *meaning;
	bool backwards; /* the layout must not follow it */
} styles[EDGE_KIND_COUNT] = {
	[EDGE_REQUIRES] = {"#1f2933", "solid", "normal", "requires", false},
	[EDGE_WANTS] = {"#1f2933", "dashed", "normal", "wants", false},
	[EDGE_AFTER] = {"#7b8794", "dotted", "vee", "after", false},
	[EDGE_START] = {"#2b6cb0", "solid", "onormal", "starts on", false},
	[EDGE_STARTING] = {"#b7791f", "dashed", "onormal", "is told that it starts", true},
	[EDGE_HOLD] = {"#c53030", "solid", "tee", "holds", false},
	[EDGE_PROVIDES] = {"#2f855a", "solid", "diamond", "provides", false},
};

static const char *const shapes[NODE_KIND_COUNT] = {
	[NODE_TASK] = "box",
	[NODE_EVENT] = "ellipse",
	[NODE_REACTION] = "cds",
	[NODE_DEVICE] = "cylinder",
};

static const char *const fills[NODE_KIND_COUNT] = {
	[NODE_TASK] = "#ffffff",
	[NODE_EVENT] = "#e3f0fb",
	[NODE_REACTION] = "#fdf3dc",
	[NODE_DEVICE] = "#e6f4ea",
};

/* A text in a HTML-like label. */
static void print_html(FILE *out, const char *text)
{
	for (; *text != '\0'; text++) {
		unsigned char byte = (unsigned char)*text;

		if (byte == '<')
			fputs("&lt;", out);
		else if (byte == '>')
			fputs("&gt;", out);
		else if (byte == '&')
			fputs("&amp;", out);
		else if (byte == '"')
			fputs("&quot;", out);
		else if (byte < 0x20 || byte == 0x7f)
			fprintf(out, "\\x%02x", byte);
		else
			fputc(byte, out);
	}
}

static void print_quoted(FILE *out, const char *text)
{
	fputc('"', out);
	for (; *text != '\0'; text++) {
		if (*text == '"' || *text == '\\')
			fputc('\\', out);
		fputc((unsigned char)*text < 0x20 ? ' ' : *text, out);
	}
	fputc('"', out);
}

/* Words of a description in lines of about this many bytes, so that nodes are not wider than high
 * graphs are long. */
enum { LINE_BYTES = 26 };

static void print_wrapped(FILE *out, struct arena *arena, const char *text)
{
	size_t column = 0;

	while (*text != '\0') {
		size_t word = strcspn(text, " ");

		if (column > 0 && column + 1 + word > LINE_BYTES) {
			fputs("<br/>", out);
			column = 0;
		} else if (column > 0) {
			fputc(' ', out);
		}
		print_html(out, arena_strndup(arena, text, word));
		column += word + 1;
		text += word;
		text += strspn(text, " ");
	}
}

static void print_node(const struct program *program, uint32_t i, FILE *out)
{
	const struct program_node *node = &program->nodes.item[i];
	bool goal = i == program->goal;

	fprintf(out, "    n%u [shape=%s, fillcolor=\"%s\", peripheries=%d%s, tooltip=", (unsigned)i,
		shapes[node->kind], goal ? "#fde2e2" : fills[node->kind], goal ? 2 : 1,
		node->kind == NODE_REACTION ? ", margin=\"0.2,0.14\"" : "");
	print_quoted(out, node->source);
	fputs(", label=<<b>", out);
	print_html(out, node->name);
	fputs("</b>", out);
	if (node->description[0] != '\0') {
		fputs("<br/><font point-size=\"9\" color=\"#52606d\">", out);
		print_wrapped(out, program->arena, node->description);
		fputs("</font>", out);
	}
	fputs(">];\n", out);
}

/* The file in "file:line:column". */
static size_t file_length(const char *source)
{
	const char *end = source + strlen(source);

	for (int colons = 0; end > source && colons < 2; end--)
		if (end[-1] == ':')
			colons++;
	return end > source ? (size_t)(end - source) : strlen(source);
}

static bool same_file(const struct program_node *a, const struct program_node *b)
{
	size_t length = file_length(a->source);

	return a->kind != NODE_DEVICE && b->kind != NODE_DEVICE &&
	       length == file_length(b->source) && memcmp(a->source, b->source, length) == 0;
}

/* The nodes of the same file as node i, unless an earlier one has printed them. Devices stand
 * between the files. */
static void print_cluster(const struct program *program, uint32_t i, FILE *out)
{
	const struct program_node *node = program->nodes.item;

	for (uint32_t k = 0; k < i; k++)
		if (same_file(&node[k], &node[i]))
			return;
	if (node[i].kind == NODE_DEVICE) {
		print_node(program, i, out);
		return;
	}
	fprintf(out, "  subgraph cluster_%u {\n    label=", (unsigned)i);
	print_quoted(out,
		     arena_strndup(program->arena, node[i].source, file_length(node[i].source)));
	fputs(";\n", out);
	for (uint32_t k = i; k < program->nodes.count; k++)
		if (same_file(&node[k], &node[i]))
			print_node(program, k, out);
	fputs("  }\n", out);
}

static void print_edge(const struct program_edge *edge, FILE *out)
{
	const struct edge_style *style = &styles[edge->kind];

	fprintf(out, "  n%u -> n%u [color=\"%s\", style=%s, arrowhead=%s%s, tooltip=",
		(unsigned)edge->from, (unsigned)edge->to, style->color, style->style, style->head,
		style->backwards ? ", constraint=false" : "");
	print_quoted(out, edge->source);
	fputs("];\n", out);
}

static void print_key_row(FILE *out, const char *name, struct edge_style style)
{
	fprintf(out,
		"    \"%s a\" [shape=point, style=invis]; \"%s b\" [shape=plaintext, "
		"label=\"%s\"];\n"
		"    \"%s a\" -> \"%s b\" [color=\"%s\", style=%s, arrowhead=%s];\n",
		name, name, style.meaning, name, name, style.color, style.style, style.head);
}

/* The key has only the kinds that occur. */
static void print_key(const struct program *program, FILE *out)
{
	bool used[EDGE_KIND_COUNT] = {false};

	for (size_t i = 0; i < program->edges.count; i++)
		used[program->edges.item[i].kind] = true;
	fputs("  subgraph cluster_key {\n    label=\"\"; color=\"#cbd2d9\";\n"
	      "    node [height=0.1, margin=\"0.05,0\", fontsize=9, style=\"\"];\n",
	      out);
	for (unsigned kind = 0; kind < EDGE_KIND_COUNT; kind++)
		if (used[kind])
			print_key_row(out, edge_kind_name((enum edge_kind)kind), styles[kind]);
	fputs("  }\n", out);
}

void program_dot(const struct program *program, FILE *out)
{
	fputs("digraph bootgraph {\n"
	      "  rankdir=LR; nodesep=0.25; ranksep=0.6; fontname=\"Helvetica\"; fontsize=10;\n"
	      "  style=\"rounded\"; color=\"#9aa5b1\"; fontcolor=\"#52606d\"; labeljust=l;\n"
	      "  node [fontname=\"Helvetica\", fontsize=11, style=filled, color=\"#3e4c59\"];\n"
	      "  edge [fontname=\"Helvetica\", fontsize=9, arrowsize=0.8];\n",
	      out);
	for (uint32_t i = 0; i < program->nodes.count; i++)
		print_cluster(program, i, out);
	for (size_t i = 0; i < program->edges.count; i++)
		print_edge(&program->edges.item[i], out);
	print_key(program, out);
	fputs("}\n", out);
}
