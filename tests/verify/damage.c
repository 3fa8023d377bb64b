/* damage [--all] LISTING...
 *
 * Damages the blob of each listing in every place. Every flipped bit must be found. Then the
 * checksum is recomputed, so that the damage reaches the rest of the verifier: every length it can
 * be cut to, every byte changed, to all other values (--all) or to a few, and fields and records
 * confused with one another (mutate.h). What is accepted then
 * is run on random events; the sanitizers watch. Reports which share that was. The same numbers are
 * drawn in every run. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "mutate.h"
#include "../../compiler/program.h"
#include "../../compiler/source/text.h"
#include "../../runtime/core/verify.h"

enum {
	EVENTS = 24,	   /* for each accepted blob */
	LISTING_EVERY = 8, /* one of so many accepted blobs is listed and assembled, too */
};

struct tally {
	unsigned long tried, accepted;
};

/* Verifies a copy of exactly this size, so that a read past its end is seen; runs what passes. */
static void try_blob(const unsigned char *bytes, size_t size, struct tally *tally)
{
	struct choices choices = {.seed = 0x9e3779b97f4a7c15u ^ tally->tried};
	unsigned char *copy = malloc(size > 0 ? size : 1);
	struct refusal refusal;
	struct blob blob;

	if (copy == NULL)
		abort();
	memcpy(copy, bytes, size);
	tally->tried++;
	if (blob_verify(copy, size, &blob, &refusal)) {
		struct arena *arena = arena_new();

		random_run(&blob, &choices, EVENTS);
		if (tally->accepted++ % LISTING_EVERY == 0)
			check_listing(arena, &blob);
		arena_free(arena);
	}
	free(copy);
}

/* Where the header says how long the blob is. */
static size_t size_offset(void)
{
	unsigned count;
	const struct field *field = blob_header_fields(&count);
	size_t offset = 0;

	for (; field->kind != FIELD_SIZE; field++)
		offset += field->width;
	return offset;
}

/* Both as it is, and with a header that knows of the loss. */
static void cut(const unsigned char *blob, size_t size, struct tally *tally)
{
	unsigned char *shorter = malloc(size);

	if (shorter == NULL)
		abort();
	for (size_t left = 0; left < size; left++) {
		try_blob(blob, left, tally);
		memcpy(shorter, blob, size);
		if (left < BLOB_SIZE_MIN)
			continue;
		blob_put_u32(shorter + size_offset(), (uint32_t)left);
		repair_checksum(shorter, left);
		try_blob(shorter, left, tally);
	}
	free(shorter);
}

/* What was not meant to happen: the checksum is that of the undamaged blob. */
static void spoil(const unsigned char *blob, size_t size, struct tally *tally)
{
	unsigned char *spoilt = malloc(size);

	if (spoilt == NULL)
		abort();
	memcpy(spoilt, blob, size);
	for (size_t bit = 0; bit < 8 * size; bit++) {
		spoilt[bit / 8] ^= (unsigned char)(1u << bit % 8);
		try_blob(spoilt, size, tally);
		spoilt[bit / 8] = blob[bit / 8];
	}
	free(spoilt);
}

static void change(const unsigned char *blob, size_t size, bool all, struct tally *tally)
{
	static const unsigned char few[] = {0x01, 0x80, 0xff};
	unsigned char *changed = malloc(size);

	if (changed == NULL)
		abort();
	memcpy(changed, blob, size);
	for (size_t at = 0; at < size; at++) {
		for (unsigned i = 0; i < (all ? 255 : sizeof few); i++) {
			changed[at] = blob[at] ^ (unsigned char)(all ? i + 1 : few[i]);
			repair_checksum(changed, size);
			try_blob(changed, size, tally);
		}
		changed[at] = blob[at];
	}
	free(changed);
}

/* What a confused compiler would write. */
static void confuse(const unsigned char *blob, size_t size, unsigned long times,
		    struct tally *tally)
{
	struct choices choices = {.seed = 0x2545f4914f6cdd1d};
	unsigned char *confused = malloc(size);

	if (confused == NULL)
		abort();
	while (times-- > 0) {
		memcpy(confused, blob, size);
		for (unsigned changes = 1 + choose(&choices, 3); changes > 0; changes--)
			mutate_blob(confused, size, &choices);
		repair_checksum(confused, size);
		try_blob(confused, size, tally);
	}
	free(confused);
}

static void report(const char *what, const struct tally *tally)
{
	printf("  %s: %lu, accepted %lu (%.1f %%)\n", what, tally->tried, tally->accepted,
	       tally->tried > 0 ? 100.0 * (double)tally->accepted / (double)tally->tried : 0.0);
}

static bool damage(const char *path, bool all)
{
	struct arena *arena = arena_new();
	struct diag diag = {.out = stderr};
	const struct text *text = text_read(arena, AT_FDCWD, path, path);
	struct program *program = text != NULL ? program_assemble(arena, &diag, text) : NULL;
	struct tally whole = {0}, spoilt = {0}, cuts = {0}, changes = {0}, confused = {0};
	const unsigned char *blob;
	size_t size;
	bool good;

	blob = program != NULL ? blob_write(program, &diag, false, &size) : NULL;
	if (blob == NULL) {
		fprintf(stderr, "%s: no blob can be made of it\n", path);
		arena_free(arena);
		return false;
	}
	printf("%s: %zu bytes\n", path, size);
	try_blob(blob, size, &whole);
	spoil(blob, size, &spoilt);
	cut(blob, size, &cuts);
	change(blob, size, all, &changes);
	confuse(blob, size, all ? 1000000 : 4000, &confused);
	report("every bit flipped, the checksum left", &spoilt);
	report("cut to every length", &cuts);
	report(all ? "every byte to every value" : "every byte to three values", &changes);
	report("fields, records and words confused", &confused);
	/* The checksum finds each flipped bit. A cut takes at least the last row of a section, so
	 * nothing that is cut can pass. */
	good = whole.accepted == 1 && spoilt.accepted == 0 && cuts.accepted == 0 &&
	       changes.accepted < changes.tried && confused.accepted > 0 &&
	       confused.accepted < confused.tried;
	if (!good)
		fprintf(stderr, "%s: not what was to be accepted\n", path);
	arena_free(arena);
	return good;
}

int main(int argc, char **argv)
{
	bool all = argc > 1 && strcmp(argv[1], "--all") == 0, good = argc > 1 + all;

	if (!good)
		fprintf(stderr, "usage: damage [--all] LISTING...\n");
	for (int i = 1 + all; i < argc; i++)
		good &= damage(argv[i], all);
	return good ? 0 : 1;
}
