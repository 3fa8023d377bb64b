/* What bootgraph-md starts by ioctl itself, and what it leaves to mdadm: an array that is whole,
 * clean and simple, and the same one with one thing about it changed at a time. */
#include "../../runtime/md/array.h"

#include <stdio.h>
#include <string.h>

/* A mirror over two disks that agree. */
static void make_mirror(struct array *array)
{
	unsigned i;

	memset(array, 0, sizeof *array);
	array->set = "md:any:root";
	array->count = 2;
	for (i = 0; i < 2; i++)
		array->member[i] = (struct member){.path = i == 0 ? "/dev/a" : "/dev/b",
						   .md = {.major = 1,
							  .minor = 2,
							  .uuid = {1},
							  .name = "any:root",
							  .created = 7,
							  .events = 20,
							  .level = 1,
							  .raid_disks = 2,
							  .clean = true,
							  .has_bitmap = true,
							  .number = i,
							  .role = MD_ACTIVE,
							  .slot = i,
							  .occupied = {true, true}}};
}

static void both_version_0(struct array *array)
{
	array->member[0].md.major = array->member[1].md.major = 0;
	array->member[0].md.minor = array->member[1].md.minor = 90;
}

static void both_raid5(struct array *array)
{
	array->member[0].md.level = array->member[1].md.level = 5;
}

static void both_linear(struct array *array)
{
	array->member[0].md.level = array->member[1].md.level = -1;
}

static void both_dirty(struct array *array)
{
	array->member[0].md.clean = array->member[1].md.clean = false;
}

static void one_missing(struct array *array)
{
	array->count = 1;
}

static void one_behind(struct array *array)
{
	array->member[1].md.events--; /* still fresh, but mdadm has to bring it up */
}

static void one_out_of_date(struct array *array)
{
	array->member[1].md.events = 3;
}

static void one_recovers(struct array *array)
{
	array->member[1].md.recovering = true;
}

static void both_reshape(struct array *array)
{
	array->member[0].md.reshaping = array->member[1].md.reshaping = true;
}

static void both_journal(struct array *array)
{
	array->member[0].md.has_journal = array->member[1].md.has_journal = true;
}

static void both_ppl(struct array *array)
{
	array->member[0].md.has_ppl = array->member[1].md.has_ppl = true;
}

static void both_clustered(struct array *array)
{
	array->member[0].md.clustered = array->member[1].md.clustered = true;
}

static void one_replaces(struct array *array)
{
	array->member[2] = array->member[1];
	array->member[2].md.replacement = true;
	array->member[2].md.number = 2;
	array->count = 3;
}

static void one_made_later(struct array *array)
{
	array->member[1].md.created++;
}

static void one_of_another_chunk(struct array *array)
{
	array->member[1].md.chunk = 128;
}

static void one_sees_fewer(struct array *array)
{
	array->member[1].md.occupied[0] = false;
}

static void a_copy_of_one(struct array *array)
{
	array->member[2] = array->member[1];
	array->count = 3;
}

static const struct {
	void (*change)(struct array *array);
	const char *reason; /* NULL: by ioctl */
} cases[] = {
	{NULL, NULL},
	{both_version_0, "its kind"},
	{both_raid5, "its kind"},
	{both_linear, "its kind"},
	{both_dirty, "it was not shut down in order"},
	{one_missing, "members are missing"},
	{one_behind, "its members do not agree"},
	{one_out_of_date, "members are missing"},
	{one_recovers, "members are missing"},
	{both_reshape, "it is being changed"},
	{both_journal, "it is being changed"},
	{both_ppl, "it is being changed"},
	{both_clustered, "a cluster shares it"},
	{one_replaces, "it is being changed"},
	{one_made_later, "its members do not agree"},
	{one_of_another_chunk, "its members do not agree"},
	{one_sees_fewer, "its members do not agree"},
	{a_copy_of_one, "two members take the same place"},
};

int main(void)
{
	static struct array array;
	int failures = 0;
	size_t i;

	for (i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		const char *reason = "nobody is in sync";

		make_mirror(&array);
		if (cases[i].change != NULL)
			cases[i].change(&array);
		if (judge_members(&array))
			native_is_safe(&array, &reason);
		if (reason != cases[i].reason && (reason == NULL || cases[i].reason == NULL ||
						  strcmp(reason, cases[i].reason) != 0)) {
			printf("case %zu: %s where %s is right\n", i,
			       reason != NULL ? reason : "by ioctl",
			       cases[i].reason != NULL ? cases[i].reason : "by ioctl");
			failures++;
		}
	}
	return failures > 0;
}
