/* Whether the machine can come back from where resume= says. If not, the boot goes on without it,
 * after it waited. */
#include "check.h"

#include <string.h>

/* A key that is another one at each boot: crypttab(5), "swap". */
static bool has_random_key(const struct crypttab_row *row)
{
	return row->key.text != NULL && (strcmp(row->key.text, "/dev/urandom") == 0 ||
					 strcmp(row->key.text, "/dev/random") == 0 ||
					 strcmp(row->key.text, "/dev/hwrng") == 0);
}

static void check_keys(const struct chain_checker *checker, struct word resume)
{
	const struct chain *chain = checker->chain;

	for (uint32_t i = 0; i < chain->resume; i++) {
		const struct crypttab_row *row = chain->links.item[i].crypt;

		if (row == NULL || !has_random_key(row) ||
		    !chain_stands_on(chain, chain->resume, i))
			continue;
		diag_report(checker->diag, DIAG_RESUME_RANDOM_KEY, resume.span, NULL,
			    "%s is encrypted with a key that is new at each boot", resume.text);
		diag_note(checker->diag, row->key.span, "%s", row->target.text);
	}
}

static const struct fstab_row *find_swap_file(const struct model *model)
{
	for (size_t i = 0; i < model->fstab.count; i++) {
		const struct fstab_row *row = &model->fstab.item[i];

		if (strcmp(row->type.text, "swap") == 0 && row->source.text[0] == '/' &&
		    strncmp(row->source.text, "/dev/", 5) != 0)
			return row;
	}
	return NULL;
}

static bool names_root(const struct chain_checker *checker)
{
	const struct chain *chain = checker->chain;
	const struct chain_link *resume = &chain->links.item[chain->resume];
	const struct chain_link *root;

	if (chain->root == NO_LINK || resume->on.count == 0)
		return false;
	root = &chain->links.item[chain->root];
	for (size_t i = 0; i < root->on.count; i++)
		if (root->on.item[i] == resume->on.item[0])
			return true;
	return false;
}

/* resume_offset as the facts have it, or NULL. */
static const char *known_offset(const struct chain_checker *checker,
				const struct facts_device *device)
{
	const struct facts *facts = checker->chain->facts;

	for (size_t i = 0; facts != NULL && device != NULL && i < facts->swaps.count; i++) {
		const struct facts_swap *swap = &facts->swaps.item[i];

		if (swap->file && swap->offset != 0 && swap->device != NULL &&
		    strcmp(swap->device, device->name) == 0)
			return arena_printf(checker->arena, "%s begins at resume_offset=%llu",
					    swap->path, (unsigned long long)swap->offset);
	}
	return NULL;
}

static bool is_swap_type(const char *type)
{
	return strcmp(type, "swap") == 0 || strcmp(type, "suspend") == 0 ||
	       strcmp(type, "swsuspend") == 0;
}

/* What is on the device: swap, a file system with a swap file in it, or something else. */
static void check_content(const struct chain_checker *checker, struct word resume,
			  const struct facts_device *device)
{
	const struct fstab_row *file = find_swap_file(checker->model);
	const char *type = device != NULL ? facts_property(device, "ID_FS_TYPE") : NULL;
	const char *usage = device != NULL ? facts_property(device, "ID_FS_USAGE") : NULL;
	bool is_file_system = type != NULL ? usage != NULL && strcmp(usage, "filesystem") == 0
					   : device == NULL && names_root(checker);

	if (chain_parameter(checker->model, PARAMETER_RESUME_OFFSET).text != NULL ||
	    (type != NULL && is_swap_type(type)))
		return;
	if (is_file_system) {
		diag_report(checker->diag, DIAG_RESUME_NO_OFFSET, resume.span,
			    known_offset(checker, device),
			    "%s holds a file system, and nothing says where in it the swap file is",
			    resume.text);
		if (file != NULL)
			diag_note(checker->diag, file->source.span, "the swap file");
	} else if (type != NULL) {
		diag_report(checker->diag, DIAG_RESUME_NOT_SWAP, resume.span, NULL,
			    "%s is %s, which holds %s, not swap", resume.text,
			    facts_path(checker->arena, device), type);
	}
}

/* Kinds of mappings that write down, on their disks, where what is written to them goes. */
static bool moves_data(const struct facts_device *device)
{
	static const char *const types[] = {"thin", "cache", "writecache"};

	for (size_t i = 0; device->dm != NULL && i < device->dm->table.count; i++)
		for (size_t k = 0; k < sizeof types / sizeof types[0]; k++)
			if (strcmp(device->dm->table.item[i].type, types[k]) == 0)
				return true;
	return false;
}

/* The device, or one that it is made of, of such a kind; or NULL. */
static const struct facts_device *find_moving(const struct facts *facts,
					      const struct facts_device *device, unsigned depth)
{
	const struct facts_device *found = moves_data(device) ? device : NULL;

	for (size_t i = 0; found == NULL && depth > 0 && i < device->slaves.count; i++) {
		const struct facts_device *slave = facts_device(facts, device->slaves.item[i]);

		if (slave != NULL)
			found = find_moving(facts, slave, depth - 1);
	}
	return found;
}

/* The image is written after memory was copied: the system that is resumed does not know what that
 * changed in the metadata, and goes on with its own. */
static void check_moving(const struct chain_checker *checker, struct word resume,
			 const struct facts_device *device)
{
	enum { DEPTH = 32 };
	const struct facts_device *moving = find_moving(checker->chain->facts, device, DEPTH);

	if (moving != NULL)
		diag_report(checker->diag, DIAG_RESUME_MOVING, resume.span, NULL,
			    "%s lies on %s, of type %s, whose metadata the image would change",
			    resume.text, facts_path(checker->arena, moving),
			    moving->dm->table.item[0].type);
}

static bool is_contained(const struct chain_link *link)
{
	const struct facts_md *md = link->device != NULL ? link->device->md : NULL;

	if (link->array != NULL && link->array->container.text != NULL)
		return true;
	return md != NULL && md->metadata != NULL && strncmp(md->metadata, "external:", 9) == 0;
}

/* Such an array takes what is written to it once mdmon has marked it as in use, and processes do
 * not run any more when the image is written. */
static void check_containers(const struct chain_checker *checker, struct word resume)
{
	const struct chain *chain = checker->chain;

	for (uint32_t i = 0; i < chain->resume; i++) {
		const struct chain_link *link = &chain->links.item[i];

		if (!is_contained(link) || !chain_stands_on(chain, chain->resume, i))
			continue;
		diag_report(checker->diag, DIAG_RESUME_CONTAINER, resume.span, NULL,
			    "%s lies on %s, whose metadata only mdmon writes", resume.text,
			    link->name);
		if (link->array != NULL)
			diag_note(checker->diag, link->array->span, "the array");
	}
}

static bool is_absent(const struct chain *chain)
{
	for (uint32_t i = 0; i < chain->resume; i++) {
		const struct chain_link *link = &chain->links.item[i];

		if (link->device == NULL && link->on.count == 0 &&
		    (link->kind == LINK_UNKNOWN || link->kind == LINK_DISK ||
		     link->kind == LINK_PARTITION || link->kind == LINK_VG) &&
		    link->group == NULL && chain_stands_on(chain, chain->resume, i))
			return true;
	}
	return false;
}

void chain_check_resume(const struct chain_checker *checker)
{
	const struct chain *chain = checker->chain;
	struct word resume = chain_parameter(checker->model, PARAMETER_RESUME);
	const struct facts_device *device;

	if (chain->resume == NO_LINK)
		return;
	device = chain->links.item[chain->resume].device;
	check_keys(checker, resume);
	check_containers(checker, resume);
	if (device != NULL)
		check_moving(checker, resume, device);
	if (strncmp(resume.text, "/dev/zram", 9) == 0 ||
	    (device != NULL && strncmp(device->name, "zram", 4) == 0))
		diag_report(checker->diag, DIAG_RESUME_ZRAM, resume.span, NULL,
			    "%s is memory, which is gone when the machine is off", resume.text);
	else if (chain->facts != NULL && device == NULL && is_absent(chain))
		diag_report(checker->diag, DIAG_RESUME_ABSENT, resume.span, NULL,
			    "no device of the facts is %s", resume.text);
	else
		check_content(checker, resume, device);
}
