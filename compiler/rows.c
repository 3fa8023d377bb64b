#include "rows.h"

#include <string.h>

#include "chain.h"

/* Options that only mean something to user space; the kernel would refuse them. fstab(5), mount(8),
 * systemd.mount(5). */
static bool is_userspace_option(const char *option, size_t length)
{
	static const char *const names[] = {"defaults", "auto",	   "noauto", "nofail",
					    "user",	"nouser",  "users",  "owner",
					    "group",	"_netdev", "ro",     "rw"};
	size_t i;

	if (length >= 2 && memcmp(option, "x-", 2) == 0)
		return true;
	if (length >= 8 && memcmp(option, "comment=", 8) == 0)
		return true;
	for (i = 0; i < sizeof names / sizeof names[0]; i++)
		if (strlen(names[i]) == length && memcmp(names[i], option, length) == 0)
			return true;
	return false;
}

/* fstab's options without what only user space understands, and without ro and rw: those come from
 * the command line until the real system remounts. */
static const char *kernel_options(struct arena *arena, const char *options)
{
	const char *result = "", *at = options;

	while (*at != '\0') {
		size_t length = strcspn(at, ",");

		if (length > 0 && !is_userspace_option(at, length))
			result = arena_printf(arena, "%s%s%.*s", result, *result != '\0' ? "," : "",
					      (int)length, at);
		at += length;
		at += *at == ',';
	}
	return result;
}

static struct row row_from_fstab(struct arena *arena, const struct fstab_row *line)
{
	struct word type = line->type, options = line->options;
	struct word pass = {arena_printf(arena, "%u", line->pass), line->span};

	if (strcmp(type.text, "auto") == 0)
		type.text = "";
	options.text = kernel_options(arena, options.text != NULL ? options.text : "");
	return (struct row){{{"source", line->source},
			     {"where", line->where},
			     {"type", type},
			     {"options", options},
			     {"pass", pass}}};
}

/* What a machine whose fstab names no root declares: nothing, so that the command line decides. */
static struct row row_without_fstab(void)
{
	return (struct row){{{"source", {.text = ""}},
			     {"where", {.text = "/"}},
			     {"type", {.text = ""}},
			     {"options", {.text = ""}},
			     {"pass", {.text = "1"}}}};
}

const struct fstab_row *rows_find_fstab(const struct model *model, const char *where)
{
	size_t i;

	for (i = 0; i < model->fstab.count; i++)
		if (strcmp(model->fstab.item[i].where.text, where) == 0)
			return &model->fstab.item[i];
	return NULL;
}

static void add_swaps(const struct model *model, row_list *rows)
{
	for (size_t i = 0; i < model->fstab.count; i++)
		if (strcmp(model->fstab.item[i].type.text, "swap") == 0)
			vec_push(model->arena, rows,
				 row_from_fstab(model->arena, &model->fstab.item[i]));
}

/* --- resume --------------------------------------------------------------- */

/* The last one given counts, as on the command line. */
static struct word parameter(const struct model *model, enum parameter_id id)
{
	size_t i;

	for (i = model->parameters.count; i-- > 0;)
		if (model->parameters.item[i].id == id)
			return model->parameters.item[i].value;
	return (struct word){.text = ""};
}

static void add_resume(const struct model *model, row_list *rows)
{
	struct word resume = parameter(model, PARAMETER_RESUME);
	struct row row = {
		{{"source", resume}, {"offset", parameter(model, PARAMETER_RESUME_OFFSET)}}};

	if (resume.text[0] != '\0' && parameter(model, PARAMETER_NORESUME).text[0] == '\0')
		vec_push(model->arena, rows, row);
}

static void add_listed_modules(const struct model *model, row_list *rows)
{
	for (size_t i = 0; i < model->listed_modules.count; i++) {
		const struct listed_module *module = &model->listed_modules.item[i];
		struct row row = {{{"name", module->name}, {"options", module->options}}};

		vec_push(model->arena, rows, row);
	}
}

void rows_of(const struct model *model, enum row_set set, row_list *rows)
{
	const struct fstab_row *line;

	switch (set) {
	case ROWS_ROOT:
		line = rows_find_fstab(model, "/");
		vec_push(model->arena, rows,
			 line != NULL ? row_from_fstab(model->arena, line) : row_without_fstab());
		break;
	case ROWS_USR:
		line = rows_find_fstab(model, "/usr");
		if (line != NULL)
			vec_push(model->arena, rows, row_from_fstab(model->arena, line));
		break;
	case ROWS_SWAP:
		add_swaps(model, rows);
		break;
	case ROWS_CRYPTTAB:
		rows_add_crypttab(model, rows);
		break;
	case ROWS_CRYPTOPTS:
		rows_add_cryptopts(model, rows);
		break;
	case ROWS_VERITY:
		rows_add_mappings(model, rows, MAPPING_VERITY);
		break;
	case ROWS_INTEGRITY:
		rows_add_mappings(model, rows, MAPPING_INTEGRITY);
		break;
	case ROWS_KEY_DISK:
		rows_add_key_disks(model, rows);
		break;
	case ROWS_ARRAY:
		rows_add_arrays(model, rows, false);
		break;
	case ROWS_CONTAINED:
		rows_add_arrays(model, rows, true);
		break;
	case ROWS_VOLUME:
		rows_add_volumes(model, rows, false);
		break;
	case ROWS_LVM_VOLUME:
		rows_add_volumes(model, rows, true);
		break;
	case ROWS_BCACHE:
		rows_add_bcache(model, rows);
		break;
	case ROWS_BTRFS:
		rows_add_btrfs(model, rows);
		break;
	case ROWS_RESUME:
		add_resume(model, rows);
		break;
	case ROWS_LISTED_MODULE:
		add_listed_modules(model, rows);
		break;
	default:
		break;
	}
}
