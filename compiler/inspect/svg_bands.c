/* Bands over the whole width. Graphviz draws a cluster as wide as its nodes are; what it writes for
 * one is
 *
 *   <g id="clust3" class="cluster">
 *   <title>cluster_2</title>
 *   <polygon fill="..." stroke="..." points="X1,Y1 X1,Y2 X2,Y2 X2,Y1 X1,Y1"/>
 *   </g>
 *
 * and before that the size of the page, and a polygon of that size. Anything else is copied. */
#include "dot.h"

#include <stdlib.h>
#include <string.h>

enum { MARGIN = 100 }; /* points, for the titles at the left */

struct page {
	FILE *out;
	double width, height;
	int band; /* the cluster at hand, or -1 */
};

/* width="1310pt" height="1961pt"; viewBox follows on the next line. Then the page's own polygon, in
 * the coordinates of the graph, whose origin is 4 points from the lower left corner. */
static bool widen_page(struct page *page, const char *line)
{
	static const char background[] = "<polygon fill=\"white\" stroke=\"transparent\"";
	double left = -MARGIN - 4;

	if (sscanf(line, "<svg width=\"%lfpt\" height=\"%lfpt\"", &page->width, &page->height) == 2)
		fprintf(page->out, "<svg width=\"%.0fpt\" height=\"%.0fpt\"\n",
			page->width + MARGIN, page->height);
	else if (sscanf(line, " viewBox=\"0.00 0.00 %lf %lf\"", &page->width, &page->height) == 2)
		fprintf(page->out, " viewBox=\"%d.00 0.00 %.2f %.2f\"%s", -MARGIN,
			page->width + MARGIN, page->height, strchr(line + 10, '"') + 1);
	else if (strncmp(line, background, sizeof background - 1) == 0)
		fprintf(page->out,
			"<rect fill=\"white\" x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" "
			"height=\"%.1f\"/>\n",
			left, 4 - page->height, page->width + MARGIN, page->height);
	else
		return false;
	return true;
}

/* From margin to margin; y grows downwards from -height to 0. */
static bool widen_band(const struct page *page, const char *line)
{
	double x1, y1, x2, y2;
	const char *points = strstr(line, " points=\"");
	double left = -MARGIN, right = page->width - 8;

	if (page->band < 0 || page->band >= BAND_COUNT || points == NULL ||
	    sscanf(points, " points=\"%lf,%lf %lf,%lf", &x1, &y1, &x2, &y2) != 4)
		return false;
	fprintf(page->out, "%.*s points=\"%.1f,%.1f %.1f,%.1f %.1f,%.1f %.1f,%.1f\"/>\n",
		(int)(points - line), line, left, y1, left, y2, right, y2, right, y1);
	fprintf(page->out,
		"<text x=\"%.1f\" y=\"%.1f\" font-family=\"Helvetica,sans-Serif\" "
		"font-size=\"12.00\" fill=\"#52606d\">%s</text>\n",
		left + 8, (y1 < y2 ? y1 : y2) + 18, band_title((enum band)page->band));
	return true;
}

static void copy_line(struct page *page, const char *line)
{
	int band;

	if (sscanf(line, "<title>cluster_%d</title>", &band) == 1)
		page->band = band;
	else if (strncmp(line, "</g>", 4) == 0)
		page->band = -1;
	if (!widen_page(page, line) && !widen_band(page, line))
		fputs(line, page->out);
}

void svg_widen_bands(FILE *in, FILE *out)
{
	struct page page = {.out = out, .band = -1};
	char *line = NULL;
	size_t size = 0;

	while (getline(&line, &size, in) >= 0)
		copy_line(&page, line);
	free(line);
}
