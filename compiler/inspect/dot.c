/* Program -> Graphviz. Time runs downwards through the phases of the boot, one band each; devices
 * are cylinders. What kind an edge is shows in its line, and the key says how. Edges that follow
 * from others are left out, those that would cross several bands are words in the box of the node
 * that waits, and the critical path is bold.
 *
 * Bands are clusters, which dot would mix as it likes: between two of them is a point that the
 * upper one's nodes lead to and the lower one's come from. */
#include "describe.h"
#include "dot.h"

#include <string.h>

#include "names.h"

/* How an edge kind is drawn: color, line, arrow head, and what it says in the key. */
static const struct edge_style {
	const char *color, *style, *head, *meaning;
} styles[EDGE_KIND_COUNT] = {
	[EDGE_REQUIRES] = {"#1f2933", "solid", "normal", "requires"},
	[EDGE_WANTS] = {"#1f2933", "dashed", "normal", "wants"},
	[EDGE_AFTER] = {"#52606d", "dotted", "vee", "after"},
	[EDGE_START] = {"#2b6cb0", "solid", "onormal", "starts on"},
	[EDGE_STARTING] = {"#b7791f", "dashed", "onormal", "is told that it starts"},
	[EDGE_HOLD] = {"#b7791f", "solid", "tee", "holds"},
	[EDGE_PROVIDES] = {"#2f855a", "solid", "diamond", "provides"},
	[EDGE_ENOUGH] = {"#2f855a", "dashed", "odiamond", "enough"},
	[EDGE_LATE] = {"#718096", "dotted", "empty", "late"},
	[EDGE_STOP] = {"#b83280", "dotted", "odot", "ends"},
};

#define CRITICAL_COLOR "#c53030"

struct drawer {
	const struct program *program;
	FILE *out;
	const struct dot_options *options;
	bool bare_bands;
	const bool *drawn; /* per edge */
	const enum band *band;
	unsigned depth[BAND_COUNT]; /* which one it is of those that have nodes */
	struct critical_path critical;
};

/* A line leads to the next band, or the one after; longer ones would hide what lies between. */
enum { BANDS_CROSSED_MAX = 2 };

/* Whether an edge is told in words. */
static bool is_far(const struct drawer *d, size_t e)
{
	const struct program_edge *edge = &d->program->edges.item[e];
	unsigned from = d->depth[d->band[edge->from]], to = d->depth[d->band[edge->to]];

	return !d->options->all_edges && !d->critical.edge[e] && to > from + BANDS_CROSSED_MAX;
}

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
enum { LINE_BYTES = 34 };

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

/* --- nodes and bands ------------------------------------------------------ */

/* "wants keymap, plymouth": a line for each kind of edge that is told in words. */
static void print_far_edges(const struct drawer *d, uint32_t i, enum edge_kind kind)
{
	bool first = true;

	for (size_t e = 0; e < d->program->edges.count; e++) {
		const struct program_edge *edge = &d->program->edges.item[e];

		if (edge->to != i || edge->kind != kind || !d->drawn[e] || !is_far(d, e))
			continue;
		if (first)
			fprintf(d->out, "<br/><font point-size=\"9\" color=\"%s\"><i>%s ",
				styles[kind].color, describe_verb(kind));
		else
			fputs(", ", d->out);
		print_html(d->out, d->program->nodes.item[edge->from].name);
		first = false;
	}
	if (!first)
		fprintf(d->out, "%s</i></font>", describe_after(kind));
}

static void print_label(const struct drawer *d, uint32_t i)
{
	const struct program_node *node = &d->program->nodes.item[i];
	static const char small[] = "<br/><font point-size=\"9\" color=\"#52606d\">";

	fputs("<<b>", d->out);
	print_html(d->out, node->name);
	fputs("</b>", d->out);
	if (node->description[0] != '\0') {
		fputs(small, d->out);
		print_wrapped(d->out, d->program->arena, node->description);
		fputs("</font>", d->out);
	}
	for (unsigned kind = 0; kind < EDGE_KIND_COUNT; kind++)
		print_far_edges(d, i, (enum edge_kind)kind);
	if (d->critical.time[i] != NULL)
		fprintf(d->out, "%s%s</font>", small, d->critical.time[i]);
	fputc('>', d->out);
}

static void print_node(const struct drawer *d, uint32_t i)
{
	const struct program_node *node = &d->program->nodes.item[i];
	bool goal = i == d->program->goal;

	fprintf(d->out,
		"    n%u [shape=%s, fillcolor=\"%s\", peripheries=%d%s%s, tooltip=", (unsigned)i,
		shapes[node->kind], fills[node->kind], goal ? 2 : 1,
		node->kind == NODE_REACTION ? ", margin=\"0.2,0.14\"" : "",
		d->critical.node[i] ? ", color=\"" CRITICAL_COLOR "\", penwidth=2" : "");
	print_quoted(d->out, node->source);
	fputs(", label=", d->out);
	print_label(d, i);
	fputs("];\n", d->out);
}

static bool is_empty(const struct drawer *d, enum band band)
{
	for (size_t i = 0; i < d->program->nodes.count; i++)
		if (d->band[i] == band)
			return false;
	return true;
}

/* Whether a line leads from (or, else, to) a node inside of its band. */
static bool has_line_inside(const struct drawer *d, uint32_t i, bool from)
{
	for (size_t e = 0; e < d->program->edges.count; e++) {
		const struct program_edge *edge = &d->program->edges.item[e];

		if (d->drawn[e] && edge_gives_order(edge->kind) &&
		    (from ? edge->from : edge->to) == i && d->band[edge->from] == d->band[edge->to])
			return true;
	}
	return false;
}

/* Keeps a band below the one before it. Lines that nobody sees need room, too: the last nodes of
 * the one and the first of the other are enough. */
static void print_anchors(const struct drawer *d, enum band before, enum band band)
{
	fprintf(d->out, "  b%d [shape=point, style=invis, width=0, height=0];\n", (int)band);
	for (uint32_t i = 0; i < d->program->nodes.count; i++)
		if (d->band[i] == before && !has_line_inside(d, i, true))
			fprintf(d->out, "  n%u -> b%d [style=invis, weight=0];\n", (unsigned)i,
				(int)band);
		else if (d->band[i] == band && !has_line_inside(d, i, false))
			fprintf(d->out, "  b%d -> n%u [style=invis, weight=0];\n", (int)band,
				(unsigned)i);
}

static void print_bands(const struct drawer *d)
{
	enum band before = BAND_COUNT;

	for (unsigned band = 0; band < BAND_COUNT; band++) {
		if (is_empty(d, (enum band)band))
			continue;
		fprintf(d->out, "  subgraph cluster_%u {\n    label=\"%s\";\n", band,
			d->bare_bands ? "" : band_title((enum band)band));
		for (uint32_t i = 0; i < d->program->nodes.count; i++)
			if (d->band[i] == (enum band)band)
				print_node(d, i);
		fputs("  }\n", d->out);
		if (before != BAND_COUNT)
			print_anchors(d, before, (enum band)band);
		before = (enum band)band;
	}
}

/* --- edges ---------------------------------------------------------------- */

static void print_edge(const struct drawer *d, size_t e)
{
	const struct program_edge *edge = &d->program->edges.item[e];
	const struct edge_style *style = &styles[edge->kind];
	enum band from = d->band[edge->from], to = d->band[edge->to];
	bool critical = d->critical.edge[e];

	/* The weight draws a node to its predecessor in the same band, and not to the next band. */
	fprintf(d->out,
		"  n%u -> n%u [color=\"%s\", style=%s, arrowhead=%s, weight=%d%s%s, tooltip=",
		(unsigned)edge->from, (unsigned)edge->to, critical ? CRITICAL_COLOR : style->color,
		style->style, style->head, from == to ? 3 : 1, critical ? ", penwidth=2.2" : "",
		!edge_gives_order(edge->kind) || from > to ? ", constraint=false" : "");
	print_quoted(d->out, edge->source);
	fputs("];\n", d->out);
}

static void print_key_row(const struct drawer *d, const char *name, struct edge_style style)
{
	fprintf(d->out,
		"    \"%s a\" [shape=point, style=invis]; \"%s b\" [shape=plaintext, "
		"label=\"%s\"];\n"
		"    \"%s a\" -> \"%s b\" [color=\"%s\", style=%s, arrowhead=%s, weight=9, "
		"minlen=2];\n"
		"    n%u -> \"%s a\" [style=invis, weight=0];\n",
		name, name, style.meaning, name, name, style.color, style.style, style.head,
		(unsigned)d->program->goal, name);
}

/* The key has only the kinds that occur. */
static void print_key(const struct drawer *d)
{
	bool used[EDGE_KIND_COUNT] = {false};

	for (size_t e = 0; e < d->program->edges.count; e++)
		if (d->drawn[e] && !is_far(d, e))
			used[d->program->edges.item[e].kind] = true;
	fputs("  subgraph cluster_key {\n    label=\"\"; bgcolor=\"#ffffff\"; color=\"#cbd2d9\";\n"
	      "    node [height=0.1, margin=\"0.05,0\", fontsize=9, style=\"\"];\n",
	      d->out);
	for (unsigned kind = 0; kind < EDGE_KIND_COUNT; kind++)
		if (used[kind])
			print_key_row(d, edge_kind_name((enum edge_kind)kind), styles[kind]);
	print_key_row(
		d, "critical",
		(struct edge_style){CRITICAL_COLOR, "\"solid,bold\"", "normal", "critical path"});
	fputs("  }\n", d->out);
}

static const bool *all_edges(const struct program *program)
{
	bool *drawn = arena_alloc(program->arena, (program->edges.count + 1) * sizeof *drawn);

	memset(drawn, true, program->edges.count * sizeof *drawn);
	return drawn;
}

static void count_bands(struct drawer *d)
{
	unsigned depth = 0;

	for (unsigned band = 0; band < BAND_COUNT; band++)
		d->depth[band] = is_empty(d, (enum band)band) ? depth : depth++;
}

void program_dot(const struct program *program, const struct dot_options *options, bool bare_bands,
		 FILE *out)
{
	struct drawer d = {.program = program,
			   .out = out,
			   .options = options,
			   .bare_bands = bare_bands,
			   .band = bands_find(program)};

	count_bands(&d);
	d.drawn = options->all_edges ? all_edges(program) : edges_reduce(program);
	d.critical = critical_find(program, d.drawn, options->measured);
	fputs("digraph bootgraph {\n"
	      "  rankdir=TB; newrank=true; nodesep=0.2; ranksep=0.16;\n"
	      "  fontname=\"Helvetica\"; fontsize=12; style=filled; bgcolor=\"white\";\n"
	      "  color=\"#d9e2ec\"; fillcolor=\"#f5f7fa\"; fontcolor=\"#52606d\"; labeljust=l;\n"
	      "  node [fontname=\"Helvetica\", fontsize=11, style=filled, color=\"#3e4c59\",\n"
	      "        margin=\"0.08,0.03\", height=0.25];\n"
	      "  edge [fontname=\"Helvetica\", fontsize=9, arrowsize=0.7];\n",
	      out);
	print_bands(&d);
	for (size_t e = 0; e < program->edges.count; e++)
		if (d.drawn[e] && !is_far(&d, e))
			print_edge(&d, e);
	print_key(&d);
	fputs("}\n", out);
}
