/* The rows of veritytab and integritytab, and of roothash=. */
#include "rows.h"

#include <string.h>

#include "chain.h"
#include "../runtime/core/device_ref.h"

static bool means(const char *reference, const char *name)
{
	return reference != NULL && strncmp(reference, "/dev/mapper/", 12) == 0 &&
	       strcmp(reference + 12, name) == 0;
}

/* Whether it says so itself, or something the boot needs is named as right on it. */
static bool is_needed(const struct model *model, const struct mapping_row *row)
{
	static const char word[] = "x-initrd.attach";
	const char *at = strstr(row->options.text, word);
	bool needed = at != NULL && strchr(",", at[sizeof word - 1]) != NULL;

	for (size_t i = 0; i < model->fstab.count; i++) {
		const struct fstab_row *line = &model->fstab.item[i];

		needed = needed || ((strcmp(line->where.text, "/") == 0 ||
				     strcmp(line->where.text, "/usr") == 0) &&
				    means(line->source.text, row->name.text));
	}
	for (size_t i = 0; i < model->crypttab.count; i++)
		needed = needed || means(model->crypttab.item[i].source.text, row->name.text);
	for (size_t i = 0; i < model->mappings.count; i++)
		needed = needed || means(model->mappings.item[i].device.text, row->name.text);
	return needed || means(chain_parameter(model, PARAMETER_ROOT).text, row->name.text) ||
	       means(chain_parameter(model, PARAMETER_RESUME).text, row->name.text);
}

/* Opening may write: what the journal of dm-integrity still holds. The image itself may lie on it.
 */
static const char *may_write_after(const struct model *model, const struct mapping_row *row)
{
	return means(chain_parameter(model, PARAMETER_RESUME).text, row->name.text)
		       ? "uevents"
		       : "no-hibernation-image";
}

static void add(const struct model *model, row_list *rows, const struct mapping_row *row)
{
	vec_push(model->arena, rows,
		 ((struct row){
			 {{"target", row->name},
			  {"device", row->device},
			  {"hash-device", row->hash_device},
			  {"root-hash", row->root_hash},
			  {"options", row->options},
			  {"may-write-after", {may_write_after(model, row), row->name.span}}}}));
}

/* A partition whose UUID are 16 bytes of the root hash (systemd-veritysetup-generator(8)); those of
 * the text are written as a UUID is. */
static struct word part_of_hash(struct arena *arena, const char *digits, struct span span)
{
	return (struct word){arena_printf(arena, "PARTUUID=%.8s-%.4s-%.4s-%.4s-%.12s", digits,
					  digits + 8, digits + 12, digits + 16, digits + 20),
			     span};
}

/* The boot's own roothash= wins over the one that was compiled in. */
static void add_root_hash(const struct model *model, row_list *rows)
{
	struct word hash = chain_parameter(model, PARAMETER_ROOTHASH);
	size_t length = hash.text != NULL ? strlen(hash.text) : 0;
	struct mapping_row row = {.name = {"root", hash.span},
				  .device = chain_parameter(model, PARAMETER_VERITY_ROOT_DATA),
				  .hash_device = chain_parameter(model, PARAMETER_VERITY_ROOT_HASH),
				  .options = {"{systemd.verity_root_options}", hash.span}};

	if (length < 32)
		return;
	if (row.device.text == NULL)
		row.device = part_of_hash(model->arena, hash.text, hash.span);
	if (row.hash_device.text == NULL)
		row.hash_device = part_of_hash(model->arena, hash.text + length - 32, hash.span);
	row.root_hash =
		(struct word){arena_printf(model->arena, "{roothash or %s}", hash.text), hash.span};
	add(model, rows, &row);
}

void rows_add_mappings(const struct model *model, row_list *rows, enum mapping_table table)
{
	if (table == MAPPING_VERITY)
		add_root_hash(model, rows);
	for (size_t i = 0; i < model->mappings.count; i++)
		if (model->mappings.item[i].table == table &&
		    is_needed(model, &model->mappings.item[i]))
			add(model, rows, &model->mappings.item[i]);
}
