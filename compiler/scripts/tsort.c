#include "tsort.h"

#include <stdlib.h>
#include <string.h>

/* Names are numbered in the order of their bytes, so "for each name in order" is a plain loop. */
enum { NONE = -1 };

struct successor {
	int name;
	int next; /* index of successors, or NONE */
};

struct sorter {
	struct arena *arena;
	const char **names; /* sorted, unique */
	int count;
	int *waits_for; /* per name: relations in which it is the later one, and which still hold */
	int *first;	/* per name: its successors, the last one read first */
	int *link;	/* per name: the next in the chain that looks for loops; NONE at its end */
	bool *done;
	VEC(struct successor) successors;
};

/* --- reading --------------------------------------------------------------------------------- */

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\n';
}

static tsort_names split(struct arena *arena, const char *text, size_t size)
{
	tsort_names words = {0};
	size_t at = 0, start;

	for (;;) {
		while (at < size && is_blank(text[at]))
			at++;
		if (at == size)
			return words;
		start = at;
		while (at < size && !is_blank(text[at]))
			at++;
		vec_push(arena, &words, arena_strndup(arena, text + start, at - start));
	}
}

static int compare_names(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static int number_of(const struct sorter *s, const char *name)
{
	const char **found = bsearch(&name, s->names, (size_t)s->count, sizeof name, compare_names);

	return (int)(found - s->names);
}

static int *filled(struct arena *arena, int count, int value)
{
	int *items = arena_alloc(arena, ((size_t)count + 1) * sizeof *items);

	for (int i = 0; i < count; i++)
		items[i] = value;
	return items;
}

static void name_all(struct sorter *s, const tsort_names *words)
{
	s->names = arena_alloc(s->arena, (words->count + 1) * sizeof *s->names);
	for (size_t i = 0; i < words->count; i++)
		s->names[i] = words->item[i];
	if (words->count > 1)
		qsort(s->names, words->count, sizeof *s->names, compare_names);
	for (size_t i = 0; i < words->count; i++)
		if (s->count == 0 || strcmp(s->names[s->count - 1], s->names[i]) != 0)
			s->names[s->count++] = s->names[i];
	s->waits_for = filled(s->arena, s->count, 0);
	s->first = filled(s->arena, s->count, NONE);
	s->link = filled(s->arena, s->count, NONE);
	s->done = arena_alloc(s->arena, ((size_t)s->count + 1) * sizeof *s->done);
}

static void relate(struct sorter *s, int before, int after)
{
	if (before == after)
		return;
	vec_push(s->arena, &s->successors, (struct successor){after, s->first[before]});
	s->first[before] = (int)s->successors.count - 1;
	s->waits_for[after]++;
}

/* --- sorting --------------------------------------------------------------------------------- */

/* Puts out everything that waits for nothing, and what that releases: first in, first out. */
static void drain(struct sorter *s, tsort_names *order)
{
	size_t next = order->count;

	for (int name = 0; name < s->count; name++) {
		if (s->waits_for[name] == 0 && !s->done[name]) {
			s->done[name] = true;
			vec_push(s->arena, order, s->names[name]);
		}
	}
	while (next < order->count) {
		int name = number_of(s, order->item[next++]);

		for (int i = s->first[name]; i != NONE; i = s->successors.item[i].next) {
			int after = s->successors.item[i].name;

			if (--s->waits_for[after] == 0) {
				s->done[after] = true;
				vec_push(s->arena, order, s->names[after]);
			}
		}
	}
}

/* --- loops ----------------------------------------------------------------------------------- */

/* Where the relation "name before other" hangs, or NULL if there is none. */
static int *find_relation(struct sorter *s, int name, int other)
{
	int *at = &s->first[name];

	while (*at != NONE && s->successors.item[*at].name != other)
		at = &s->successors.item[*at].next;
	return *at == NONE ? NULL : at;
}

/* The chain, from its head to `last`, is a loop: `last` comes before the head again. Writes it
 * down, forgets that last relation, and takes the chain apart. The chain may itself run in a
 * circle, since its first name can have been put in front of it again; cleared links end that. */
static void break_loop(struct sorter *s, int head, int last, int *relation, struct tsort_loop *loop)
{
	bool inside = true;
	int name, next;

	s->waits_for[head]--;
	*relation = s->successors.item[*relation].next;
	for (name = head; name != NONE; name = next) {
		if (inside)
			vec_push(s->arena, &loop->names, s->names[name]);
		inside = inside && name != last;
		next = s->link[name];
		s->link[name] = NONE;
	}
}

/* Finds one loop and breaks it. What still waits is walked through in the order of its bytes, again
 * and again. The first name is the head of a chain; every name that comes before the present head
 * is put in front of it, and one that is in the chain already closes a loop.
 *
 * A chain always gets on, because every name in it waits for another that waits, too. */
static void find_loop(struct sorter *s, struct tsort_loop *loop)
{
	int head = NONE;

	for (;;) {
		for (int name = 0; name < s->count; name++) {
			int *relation;

			if (s->waits_for[name] == 0)
				continue;
			if (head == NONE) {
				head = name;
				continue;
			}
			relation = find_relation(s, name, head);
			if (relation == NULL)
				continue;
			if (s->link[name] != NONE) {
				break_loop(s, head, name, relation, loop);
				return;
			}
			s->link[name] = head;
			head = name;
		}
	}
}

void tsort(struct arena *arena, const char *pairs, size_t size, struct tsort_result *ret_result)
{
	tsort_names words = split(arena, pairs, size);
	struct sorter s = {.arena = arena};

	*ret_result = (struct tsort_result){.odd = words.count % 2 != 0};
	if (ret_result->odd)
		return;
	name_all(&s, &words);
	for (size_t i = 0; i < words.count; i += 2)
		relate(&s, number_of(&s, words.item[i]), number_of(&s, words.item[i + 1]));
	drain(&s, &ret_result->order);
	while (ret_result->order.count < (size_t)s.count) {
		struct tsort_loop loop = {0};

		find_loop(&s, &loop);
		vec_push(arena, &ret_result->loops, loop);
		drain(&s, &ret_result->order);
	}
}

void tsort_complain(FILE *out, const struct tsort_result *result)
{
	if (result->odd)
		fputs("tsort: -: input contains an odd number of tokens\n", out);
	for (size_t i = 0; i < result->loops.count; i++) {
		const tsort_names *names = &result->loops.item[i].names;

		fputs("tsort: -: input contains a loop:\n", out);
		for (size_t j = 0; j < names->count; j++)
			fprintf(out, "tsort: %s\n", names->item[j]);
	}
}
