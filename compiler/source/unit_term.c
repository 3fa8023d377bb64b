#include "unit_spec.h"

struct term *unit_term(struct unit_reader *reader, enum term_kind kind, struct span span)
{
	struct term *term = arena_alloc(reader->arena, sizeof *term);

	term->kind = kind;
	term->span = span;
	return term;
}

/* Reads on after an error, to see all of them. */
struct term *unit_term_sequence(struct unit_reader *reader, enum term_kind kind,
				const struct yaml_pair *pair, read_term *read_item)
{
	struct term *all = unit_term(reader, kind, pair->key.span), *item;
	bool good = true;
	size_t i;

	if (pair->value->kind != YAML_SEQUENCE || pair->value->items.count == 0) {
		unit_wrong_shape(reader, pair->value, pair->key.text, "a sequence");
		return NULL;
	}
	for (i = 0; i < pair->value->items.count; i++) {
		item = read_item(reader, pair->value->items.item[i]);
		if (item != NULL)
			vec_push(reader->arena, &all->terms, item);
		else
			good = false;
	}
	return good ? all : NULL;
}
