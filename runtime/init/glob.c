#include "glob.h"

#include <stddef.h>

/* Reads a set that begins after its bracket. Returns what follows it, or NULL if it never ends. */
static const char *read_set(const char *at, char c, bool *ret_fits)
{
	bool negated = *at == '!' || *at == '^', in = false, first = true;

	at += negated;
	for (; *at != '\0' && (*at != ']' || first); first = false) {
		if (at[1] == '-' && at[2] != ']' && at[2] != '\0') {
			in |= at[0] <= c && c <= at[2];
			at += 3;
		} else {
			in |= *at++ == c;
		}
	}
	*ret_fits = in != negated;
	return *at == ']' ? at + 1 : NULL;
}

/* One element of the pattern against one byte; returns the rest of the pattern, or NULL. */
static const char *fit_one(const char *pattern, char c)
{
	const char *rest;
	bool fits;

	if (*pattern == '[' && (rest = read_set(pattern + 1, c, &fits)) != NULL)
		return fits ? rest : NULL;
	return *pattern != '\0' && (*pattern == '?' || *pattern == c) ? pattern + 1 : NULL;
}

bool glob_fits(const char *pattern, const char *text)
{
	/* Where to go on when the last star has to take one byte more. */
	const char *star = NULL, *after = NULL, *next;

	while (*text != '\0') {
		if (*pattern == '*') {
			star = ++pattern;
			after = text;
		} else if ((next = fit_one(pattern, *text)) != NULL) {
			pattern = next;
			text++;
		} else if (star != NULL) {
			pattern = star;
			text = ++after;
		} else {
			return false;
		}
	}
	while (*pattern == '*')
		pattern++;
	return *pattern == '\0';
}
