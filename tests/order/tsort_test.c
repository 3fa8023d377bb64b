/* usage: tsort_test COUNT [SEED]
 *
 * Sorts COUNT random graphs with our tsort and with the machine's own, and compares what both print
 * to standard output and to standard error, byte for byte. Many of the graphs have loops. */
#include "scripts/tsort.h"

#include <spawn.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { TEXT_BYTES = 1 << 16 };

struct printed {
	char out[TEXT_BYTES], err[TEXT_BYTES];
	size_t out_size, err_size;
};

static uint64_t state;

/* xorshift64*: the same graphs on every machine. */
static unsigned below(unsigned limit)
{
	state ^= state >> 12;
	state ^= state << 25;
	state ^= state >> 27;
	return (unsigned)((state * 2685821657736338717U) >> 33) % limit;
}

static void die(const char *what)
{
	perror(what);
	exit(3);
}

/* --- graphs ---------------------------------------------------------------------------------- */

/* Names as scripts have them, some the beginning of others, and some outside the usual letters. */
static const char *name_of(unsigned number)
{
	static char name[16];
	static const char *const forms[] = {"%u", "a%u", "Z%u", "_%u", "a-%u", "\xc3\xa9%u"};

	snprintf(name, sizeof name, forms[number % 6], number / 6);
	return name;
}

/* One graph as mkinitramfs writes it: for each script a pair with itself, then its prereqs, which
 * may be anything; or, without self pairs, any graph at all. */
static size_t make_graph(char *text)
{
	unsigned names = 1 + below(below(4) == 0 ? 40 : 9);
	unsigned density = 1 + below(3), self = below(3), cyclic = below(4) > 0;
	static const char *const blanks[] = {"\n", "\n", "\n", " ", "\t", "\n\n"};
	size_t size = 0;

	for (unsigned after = 0; after < names; after++) {
		unsigned edges = below(density + 3);

		if (self > 0) {
			size += (size_t)sprintf(text + size, "%s ", name_of(after));
			size += (size_t)sprintf(text + size, "%s\n", name_of(after));
		}
		while (edges-- > 0) {
			unsigned before = below(cyclic || after == 0 ? names + 2 : after);

			size += (size_t)sprintf(text + size, "%s ", name_of(before));
			size += (size_t)sprintf(text + size, "%s%s", name_of(after),
						blanks[below(6)]);
		}
	}
	/* A word without a partner, now and then. */
	if (below(50) == 0)
		size += (size_t)sprintf(text + size, "odd");
	return size;
}

/* --- both sorters ---------------------------------------------------------------------------- */

static void sort_ours(const char *text, size_t size, struct printed *printed, size_t *loops)
{
	struct arena *arena = arena_new();
	FILE *out = fmemopen(printed->out, TEXT_BYTES, "w");
	FILE *err = fmemopen(printed->err, TEXT_BYTES, "w");
	struct tsort_result result;

	if (out == NULL || err == NULL)
		die("fmemopen");
	tsort(arena, text, size, &result);
	for (size_t i = 0; i < result.order.count; i++)
		fprintf(out, "%s\n", result.order.item[i]);
	tsort_complain(err, &result);
	*loops += result.loops.count > 0;
	printed->out_size = (size_t)ftell(out);
	printed->err_size = (size_t)ftell(err);
	if (fclose(out) != 0 || fclose(err) != 0)
		die("fclose");
	arena_free(arena);
}

/* Files, not pipes: nobody has to read two pipes at once. */
static size_t read_back(FILE *file, char *buffer)
{
	size_t size;

	rewind(file);
	size = fread(buffer, 1, TEXT_BYTES, file);
	if (ferror(file))
		die("fread");
	fclose(file);
	return size;
}

static void sort_theirs(const char *text, size_t size, struct printed *printed)
{
	FILE *in = tmpfile(), *out = tmpfile(), *err = tmpfile();
	char *argv[] = {"tsort", NULL}, *environment[] = {"LC_ALL=C", NULL};
	posix_spawn_file_actions_t actions;
	pid_t pid;
	int status;

	if (in == NULL || out == NULL || err == NULL)
		die("tmpfile");
	fwrite(text, 1, size, in);
	rewind(in);
	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_adddup2(&actions, fileno(in), 0);
	posix_spawn_file_actions_adddup2(&actions, fileno(out), 1);
	posix_spawn_file_actions_adddup2(&actions, fileno(err), 2);
	if (posix_spawnp(&pid, "tsort", &actions, NULL, argv, environment) != 0)
		die("tsort");
	if (waitpid(pid, &status, 0) < 0)
		die("waitpid");
	posix_spawn_file_actions_destroy(&actions);
	fclose(in);
	printed->out_size = read_back(out, printed->out);
	printed->err_size = read_back(err, printed->err);
}

int main(int argc, char **argv)
{
	static struct printed ours, theirs;
	static char text[TEXT_BYTES];
	unsigned count = argc > 1 ? (unsigned)atoi(argv[1]) : 1000, i;
	size_t loops = 0;

	state = argc > 2 ? strtoull(argv[2], NULL, 0) : 20260101;
	for (i = 0; i < count; i++) {
		size_t size = make_graph(text);

		sort_ours(text, size, &ours, &loops);
		sort_theirs(text, size, &theirs);
		if (ours.out_size != theirs.out_size || ours.err_size != theirs.err_size ||
		    memcmp(ours.out, theirs.out, ours.out_size) != 0 ||
		    memcmp(ours.err, theirs.err, ours.err_size) != 0) {
			printf("graph %u:\n%.*s\nours:\n%.*s%.*s\ntsort:\n%.*s%.*s\n", i, (int)size,
			       text, (int)ours.out_size, ours.out, (int)ours.err_size, ours.err,
			       (int)theirs.out_size, theirs.out, (int)theirs.err_size, theirs.err);
			return 1;
		}
	}
	printf("%u graphs, %zu of them with loops\n", count, loops);
	/* A generator that made no loops would show nothing about them. */
	return loops >= count / 5 ? 0 : 1;
}
