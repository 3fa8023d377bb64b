#include "timeline.h"

#include <string.h>

enum { BAR_COLUMNS = 48 };

static const char *outcome(const struct stretch *stretch)
{
	if (stretch->state == STATE_FAILED)
		return stretch->instant ? "never came" : "failed";
	if (stretch->state == STATE_RUNNING)
		return "not ended";
	return "";
}

static unsigned column(const struct timeline *timeline, uint32_t time)
{
	return timeline->end == 0 ? 0
				  : (unsigned)((uint64_t)time * (BAR_COLUMNS - 1) / timeline->end);
}

static void print_bar(const struct timeline *timeline, const struct stretch *stretch, FILE *out,
		      bool utf8)
{
	unsigned first = column(timeline, stretch->begin), last = column(timeline, stretch->end), i;
	const char *mark = stretch->instant    ? (utf8 ? "◆" : "o")
			   : stretch->critical ? (utf8 ? "█" : "#")
					       : (utf8 ? "▒" : "=");

	for (i = 0; i < BAR_COLUMNS; i++)
		fputs(i < first || i > last ? (utf8 ? "·" : ".") : mark, out);
}

/* "  0.012   0.344  drivers       ····████···  failed" */
static void print_stretch(const struct timeline *timeline, const struct stretch *stretch, int width,
			  FILE *out, bool utf8)
{
	fprintf(out, "%8.3f ", stretch->begin / 1000.0);
	if (stretch->instant)
		fputs("        ", out);
	else
		fprintf(out, "%7.3f ", (stretch->end - stretch->begin) / 1000.0);
	fprintf(out, "%c %-*s ", stretch->critical ? '*' : ' ', width, stretch->name);
	print_bar(timeline, stretch, out, utf8);
	if (outcome(stretch)[0] != '\0')
		fprintf(out, " %s", outcome(stretch));
	fputc('\n', out);
}

static int name_width(const struct timeline *timeline)
{
	size_t width = 4, i;

	for (i = 0; i < timeline->stretches.count; i++) {
		size_t length = strlen(timeline->stretches.item[i].name);

		if (length > width)
			width = length;
	}
	return width > 48 ? 48 : (int)width;
}

void timeline_table(const struct timeline *timeline, FILE *out, bool utf8)
{
	int width = name_width(timeline);
	size_t i;

	fprintf(out, "%8s %7s   %-*s\n", "at", "took", width, "unit or device");
	for (i = 0; i < timeline->stretches.count; i++)
		print_stretch(timeline, &timeline->stretches.item[i], width, out, utf8);
	fprintf(out, "\n%.3f s, %s; * marks what decided it\n", timeline->end / 1000.0,
		timeline->verdict == NULL ? "the trace ends before a verdict" : timeline->verdict);
	for (i = 0; i < timeline->because.count; i++)
		fprintf(out, "  %s\n", timeline->because.item[i]);
}
