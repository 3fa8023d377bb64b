#include "timeline.h"

#include <string.h>

/* Pixels. A row for each stretch, names on the left, a ruler on top. */
enum {
	ROW = 20,
	BAR = 12,
	LEFT = 260,
	WIDTH = 720,
	TOP = 64,
	MARGIN = 16,
};

static void put_bytes(FILE *out, const char *text, size_t length)
{
	for (; length > 0; length--, text++)
		switch (*text) {
		case '<':
			fputs("&lt;", out);
			break;
		case '>':
			fputs("&gt;", out);
			break;
		case '&':
			fputs("&amp;", out);
			break;
		default:
			if ((unsigned char)*text >= ' ')
				fputc(*text, out);
		}
}

/* A long name, as that of a device, loses its middle: its ends tell it from others. */
static void put_name(FILE *out, const char *name)
{
	static const size_t END = 17;
	size_t length = strlen(name);

	if (length <= 2 * END) {
		put_bytes(out, name, length);
		return;
	}
	put_bytes(out, name, END);
	fputs("&#8230;", out);
	put_bytes(out, name + length - END, END);
}

static double x_of(const struct timeline *timeline, uint32_t time)
{
	return LEFT + (timeline->end == 0 ? 0 : (double)time * WIDTH / timeline->end);
}

/* The smallest of 1, 2, 5 times a power of ten milliseconds that gives at most ten marks. */
static uint32_t ruler_step(uint32_t end)
{
	static const uint32_t factors[] = {1, 2, 5};
	uint32_t power, i;

	for (power = 1; power < 100000000; power *= 10)
		for (i = 0; i < 3; i++)
			if (end / (power * factors[i]) <= 10)
				return power * factors[i];
	return power;
}

static void put_ruler(const struct timeline *timeline, FILE *out, int height)
{
	uint32_t step = ruler_step(timeline->end), time;

	for (time = 0; time <= timeline->end; time += step) {
		double x = x_of(timeline, time);

		fprintf(out,
			"<line x1=\"%.1f\" y1=\"%d\" x2=\"%.1f\" y2=\"%d\" class=\"ruler\"/>\n"
			"<text x=\"%.1f\" y=\"%d\" class=\"mark\">%g s</text>\n",
			x, TOP - 8, x, height - MARGIN, x, TOP - 14, time / 1000.0);
	}
}

static const char *bar_class(const struct stretch *stretch)
{
	if (stretch->state == STATE_FAILED)
		return "failed";
	return stretch->critical ? "critical" : "other";
}

static void put_stretch(const struct timeline *timeline, const struct stretch *stretch, FILE *out,
			int y)
{
	double x = x_of(timeline, stretch->begin), end = x_of(timeline, stretch->end);

	fprintf(out, "<text x=\"%d\" y=\"%d\" class=\"name%s\">", LEFT - 10, y + BAR - 2,
		stretch->critical ? " bold" : "");
	put_name(out, stretch->name);
	fputs("</text>\n", out);
	if (stretch->instant)
		fprintf(out, "<path d=\"M%.1f %d l5 6 l-5 6 l-5 -6 z\" class=\"%s\"/>\n", x, y,
			bar_class(stretch));
	else
		fprintf(out,
			"<rect x=\"%.1f\" y=\"%d\" width=\"%.1f\" height=\"%d\" rx=\"2\" "
			"class=\"%s\"/>\n",
			x, y, end - x < 2 ? 2 : end - x, BAR, bar_class(stretch));
	if (!stretch->instant && stretch->end > stretch->begin + timeline->end / 100)
		fprintf(out, "<text x=\"%.1f\" y=\"%d\" class=\"took\">%u ms</text>\n",
			(end > LEFT + WIDTH - 60 ? x - 50 : end + 4), y + BAR - 2,
			stretch->end - stretch->begin);
}

void timeline_svg(const struct timeline *timeline, FILE *out)
{
	int rows = (int)timeline->stretches.count, height = TOP + rows * ROW + MARGIN, i;

	fprintf(out,
		"<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\" "
		"font-family=\"sans-serif\" font-size=\"12\">\n"
		"<style>.name{text-anchor:end;fill:#222}.bold{font-weight:bold}"
		".mark,.took{fill:#777;font-size:10px}.mark{text-anchor:middle}"
		".ruler{stroke:#e4e4e4}.critical{fill:#c2410c}.other{fill:#7aa2c8}"
		".failed{fill:#b91c1c;stroke:#000}</style>\n"
		"<rect width=\"100%%\" height=\"100%%\" fill=\"white\"/>\n"
		"<text x=\"%d\" y=\"24\" font-size=\"15\">%.3f s to %s</text>\n",
		LEFT + WIDTH + 4 * MARGIN, height, LEFT, timeline->end / 1000.0,
		timeline->verdict != NULL ? timeline->verdict : "the end of the trace");
	put_ruler(timeline, out, height);
	for (i = 0; i < rows; i++)
		put_stretch(timeline, &timeline->stretches.item[i], out, TOP + i * ROW);
	fputs("</svg>\n", out);
}
