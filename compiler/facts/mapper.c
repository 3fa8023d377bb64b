/* Tables of device-mapper: Documentation/admin-guide/device-mapper/. The kernel hands out keys with
 * them, to root; none gets any further than here. */
#include "capture.h"

#include <errno.h>
#include <inttypes.h>
#include <libdevmapper.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Targets whose parameters are devices and numbers, whatever the version. */
static bool holds_no_key(const char *type)
{
	static const char *const types[] = {
		"linear",    "striped",	  "mirror", "raid",  "snapshot", "snapshot-origin", "thin",
		"thin-pool", "multipath", "cache",  "error", "zero",	 "snapshot-merge"};

	for (size_t i = 0; i < sizeof types / sizeof *types; i++)
		if (strcmp(types[i], type) == 0)
			return true;
	return false;
}

/* dm-crypt: <cipher> <key> <iv_offset> <device> <offset> [options]; the key may also be the name of
 * one in the kernel's keyring, which is of no use elsewhere. */
static const char *without_key(struct arena *arena, const char *parameters)
{
	size_t cipher = strcspn(parameters, " ");
	const char *key = parameters + cipher + (parameters[cipher] != '\0');
	const char *rest = key + strcspn(key, " ");

	return arena_printf(arena, "%.*s -%s", (int)cipher, parameters, rest);
}

struct facts_target capture_target(struct arena *arena, uint64_t start, uint64_t length,
				   const char *type, const char *parameters)
{
	struct facts_target target = {start, length, arena_strdup(arena, type), ""};

	if (strcmp(type, "crypt") == 0)
		target.parameters = without_key(arena, parameters);
	else if (holds_no_key(type))
		target.parameters = arena_strdup(arena, parameters);
	return target;
}

/* --- the running machine -------------------------------------------------- */

/* libdevmapper writes to stderr what capture_partial says. */
static void be_silent(int level, const char *file, int line, int error, const char *format, ...)
{
	(void)level;
	(void)file;
	(void)line;
	(void)error;
	(void)format;
}

static bool ask_kernel(struct arena *arena, struct facts_dm *dm)
{
	struct dm_task *task = dm_task_create(DM_DEVICE_TABLE);
	char *type, *parameters;
	uint64_t start, length;
	void *next = NULL;
	bool fine;

	/* secure_data: kernel and library wipe what may have held a key. */
	fine = task != NULL && dm_task_set_name(task, dm->name) && dm_task_secure_data(task) &&
	       dm_task_no_open_count(task) && dm_task_run(task);
	do {
		if (!fine)
			break;
		type = NULL;
		next = dm_get_next_target(task, next, &start, &length, &type, &parameters);
		if (type != NULL)
			vec_push(arena, &dm->table,
				 capture_target(arena, start, length, type,
						parameters != NULL ? parameters : ""));
	} while (next != NULL);
	if (task != NULL)
		dm_task_destroy(task);
	return fine;
}

/* --- a recorded one ------------------------------------------------------- */

/* As dmsetup table prints it: <start> <length> <type> <parameters>. */
static bool read_table(struct arena *arena, const char *path, struct facts_dm *dm)
{
	FILE *file = fopen(path, "re");
	char *line = NULL;
	size_t size = 0;

	while (file != NULL && getline(&line, &size, file) > 0) {
		uint64_t start, length;
		char type[64];
		int end = 0;

		line[strcspn(line, "\n")] = '\0';
		if (sscanf(line, "%" SCNu64 " %" SCNu64 " %63s %n", &start, &length, type, &end) ==
			    3 &&
		    end > 0)
			vec_push(arena, &dm->table,
				 capture_target(arena, start, length, type, line + end));
	}
	free(line);
	if (file != NULL)
		fclose(file);
	return file != NULL;
}

void capture_tables(struct capture *capture)
{
	const char *directory = capture->port->tables;
	size_t failed = 0;

	if (directory == NULL)
		dm_log_with_errno_init(be_silent);
	for (size_t i = 0; i < capture->facts->devices.count; i++) {
		struct facts_dm *dm = capture->facts->devices.item[i].dm;

		if (dm == NULL)
			continue;
		if (directory == NULL ? !ask_kernel(capture->arena, dm)
				      : !read_table(capture->arena,
						    arena_printf(capture->arena, "%s/%s", directory,
								 dm->name),
						    dm))
			failed++;
	}
	if (directory == NULL) {
		dm_lib_release();
		dm_log_with_errno_init(NULL);
	}
	if (failed > 0)
		capture_partial(capture, "device-mapper", "%zu table%s cannot be read", failed,
				failed > 1 ? "s" : "");
}
