/* Lines of crypttab(5) beside each other and beside fstab. */
#include "crypttab_check.h"
#include "reference.h"

#include <ctype.h>
#include <string.h>

#define MAPPER "/dev/mapper/"

/* --- names ---------------------------------------------------------------- */

/* \x20 and the like, which udev writes for what device nodes should not have in their names. */
static char *decode_hex(struct arena *arena, const char *text)
{
	char *copy = arena_strdup(arena, text), *to = copy;

	while (*text != '\0') {
		unsigned byte = 0;

		if (text[0] == '\\' && text[1] == 'x' && isxdigit((unsigned char)text[2]) &&
		    isxdigit((unsigned char)text[3])) {
			for (int i = 2; i < 4; i++)
				byte = byte * 16 +
				       (unsigned)(isdigit((unsigned char)text[i])
							  ? text[i] - '0'
							  : tolower((unsigned char)text[i]) - 'a' +
								    10);
		}
		if (byte != 0) {
			*to++ = (char)byte;
			text += 4;
		} else {
			*to++ = *text++;
		}
	}
	*to = '\0';
	return copy;
}

const char *mapper_name(struct arena *arena, const char *path)
{
	if (strncmp(path, MAPPER, strlen(MAPPER)) != 0)
		return NULL;
	return decode_hex(arena, path + strlen(MAPPER));
}

/* Two names are spelt alike if nothing but escapes and doubled hyphens tell them apart. */
static const char *spelling(struct arena *arena, const char *name)
{
	char *text = decode_hex(arena, name), *to = text, *from;

	for (from = text; *from != '\0'; from++)
		if (from[0] != '-' || from[1] != '-')
			*to++ = *from;
	*to = '\0';
	return text;
}

const struct crypttab_row *crypttab_row_of(const struct model *model, const char *target)
{
	size_t i;

	for (i = 0; i < model->crypttab.count; i++)
		if (strcmp(model->crypttab.item[i].target.text, target) == 0)
			return &model->crypttab.item[i];
	return NULL;
}

/* The first row that somebody may have meant who wrote a name that is not its target; NULL if there
 * is none. */
static const struct crypttab_row *spelt_alike(const struct crypttab_checker *checker,
					      const char *name)
{
	const struct model *model = checker->model;
	const char *wanted = spelling(model->arena, name);
	size_t i;

	for (i = 0; i < model->crypttab.count; i++)
		if (strcmp(model->crypttab.item[i].target.text, name) != 0 &&
		    strcmp(checker->extra[i].spelling, wanted) == 0)
			return &model->crypttab.item[i];
	return NULL;
}

/* --- fstab ---------------------------------------------------------------- */

bool crypttab_holds(const struct model *model, const struct crypttab_row *row,
		    const struct fstab_row *mount)
{
	const char *name = mapper_name(model->arena, mount->source.text);

	return name != NULL && strcmp(name, row->target.text) == 0;
}

static bool is_mounted_early(const struct fstab_row *mount)
{
	return strcmp(mount->where.text, "/") == 0 || strcmp(mount->where.text, "/usr") == 0;
}

bool crypttab_has_random_key(const struct crypttab_row *row)
{
	return crypttab_find(row, CRYPTTAB_KEYSCRIPT) == NULL &&
	       (strcmp(row->key.text, "/dev/urandom") == 0 ||
		strcmp(row->key.text, "/dev/random") == 0);
}

bool crypttab_is_early(const struct model *model, const struct crypttab_row *row)
{
	size_t i;

	if (crypttab_find(row, CRYPTTAB_INITRAMFS) != NULL)
		return true;
	for (i = 0; i < model->fstab.count; i++) {
		const struct fstab_row *mount = &model->fstab.item[i];
		bool swap = strcmp(mount->type.text, "swap") == 0;

		/* Swap is for resume, and that cannot be with a key that is new each time. */
		if ((is_mounted_early(mount) || (swap && !crypttab_has_random_key(row))) &&
		    crypttab_holds(model, row, mount))
			return true;
	}
	return false;
}

/* fstab names a mapping that no row makes, but for its spelling. */
static void check_fstab_names(const struct crypttab_checker *checker)
{
	const struct model *model = checker->model;
	size_t i;

	for (i = 0; i < model->fstab.count; i++) {
		struct word source = model->fstab.item[i].source;
		const char *name = mapper_name(model->arena, source.text);
		const struct crypttab_row *row;

		if (name == NULL || crypttab_row_of(model, name) != NULL)
			continue;
		row = spelt_alike(checker, name);
		if (row == NULL)
			continue;
		diag_report(checker->diag, DIAG_CRYPTTAB_SPELLING, source.span, NULL,
			    "no line of crypttab makes \"%s\"", name);
		diag_note(checker->diag, row->target.span, "\"%s\" is nearly the same",
			  row->target.text);
	}
}

/* --- rows beside rows ----------------------------------------------------- */

static void check_target(const struct crypttab_checker *checker, const struct crypttab_row *row)
{
	const struct crypttab_row *first = crypttab_row_of(checker->model, row->target.text);
	const struct crypttab_row *alike = spelt_alike(checker, row->target.text);

	if (first < row) {
		diag_report(checker->diag, DIAG_CRYPTTAB_TWICE, row->target.span, NULL,
			    "%s has a line already", row->target.text);
		diag_note(checker->diag, first->target.span, "the first one is here");
	} else if (alike != NULL && alike < row) {
		diag_report(checker->diag, DIAG_CRYPTTAB_SPELLING, row->target.span, NULL,
			    "\"%s\" and \"%s\" differ only in their spelling", row->target.text,
			    alike->target.text);
		diag_note(checker->diag, alike->target.span, "the other one is here");
	}
}

/* The two ways to need another row: to lie on its mapping, or to have a key that is derived from
 * its key. */
static void find_needs(struct crypttab_checker *checker)
{
	const struct model *model = checker->model;
	size_t i;

	for (i = 0; i < model->crypttab.count; i++) {
		const struct crypttab_row *row = &model->crypttab.item[i];
		const char *name = mapper_name(model->arena, row->source.text);

		if (name != NULL)
			checker->extra[i].needs[0] = crypttab_row_of(model, name);
		if (crypttab_keyscript_is(row, "decrypt_derived"))
			checker->extra[i].needs[1] = crypttab_row_of(model, row->key.text);
	}
}

/* Whether `from` needs `row`, over however many rows. */
static bool needs(const struct crypttab_checker *checker, const struct crypttab_row *from,
		  const struct crypttab_row *row)
{
	VEC(const struct crypttab_row *) open = {0};
	const struct crypttab_row *first = checker->model->crypttab.item;

	vec_push(checker->model->arena, &open, from);
	while (open.count > 0) {
		struct crypttab_extra *extra = &checker->extra[open.item[--open.count] - first];
		unsigned i;

		if (extra->seen_for == row)
			continue;
		extra->seen_for = row;
		for (i = 0; i < CRYPTTAB_NEEDS; i++) {
			if (extra->needs[i] == row)
				return true;
			if (extra->needs[i] != NULL)
				vec_push(checker->model->arena, &open, extra->needs[i]);
		}
	}
	return false;
}

static void check_needed(const struct crypttab_checker *checker, const struct crypttab_row *row)
{
	const struct crypttab_extra *extra = &checker->extra[row - checker->model->crypttab.item];
	unsigned i;

	for (i = 0; i < CRYPTTAB_NEEDS; i++) {
		struct span span = i == 0 ? row->source.span : row->key.span;
		const struct crypttab_row *other = extra->needs[i];

		if (other == row) {
			diag_report(checker->diag, DIAG_CRYPTTAB_CYCLE, span, NULL,
				    "%s needs itself", row->target.text);
		} else if (other != NULL && needs(checker, other, row)) {
			diag_report(checker->diag, DIAG_CRYPTTAB_CYCLE, span, NULL,
				    "%s needs %s, which needs it", row->target.text,
				    other->target.text);
			diag_note(checker->diag, other->span, "which is made here");
		} else if (i == 0 && other > row) {
			diag_report(checker->diag, DIAG_CRYPTTAB_ORDER, span, NULL,
				    "%s is opened before %s, which it lies on", row->target.text,
				    other->target.text);
			diag_note(checker->diag, other->target.span, "its line is here");
		}
	}
}

static void check_derived(const struct crypttab_checker *checker, const struct crypttab_row *row)
{
	const struct crypttab_row *alike;

	if (!crypttab_keyscript_is(row, "decrypt_derived") ||
	    crypttab_row_of(checker->model, row->key.text) != NULL)
		return;
	alike = spelt_alike(checker, row->key.text);
	diag_report(checker->diag, DIAG_CRYPTTAB_DERIVED, row->key.span,
		    strncmp(row->key.text, MAPPER, strlen(MAPPER)) == 0
			    ? "write the name without its directory"
			    : NULL,
		    "no line has the target \"%s\", whose key is to be taken", row->key.text);
	if (alike != NULL)
		diag_note(checker->diag, alike->target.span, "\"%s\" is nearly the same",
			  alike->target.text);
}

/* --- keys that are made anew ---------------------------------------------- */

static bool is_superblock_tag(const char *source)
{
	return strncmp(source, "UUID=", 5) == 0 || strncmp(source, "LABEL=", 6) == 0 ||
	       strncmp(source, "/dev/disk/by-uuid/", 18) == 0 ||
	       strncmp(source, "/dev/disk/by-label/", 19) == 0;
}

static void check_random(const struct crypttab_checker *checker, const struct crypttab_row *row)
{
	const struct crypttab_option *swap = crypttab_find(row, CRYPTTAB_SWAP);
	const struct crypttab_option *made = swap != NULL ? swap : crypttab_find(row, CRYPTTAB_TMP);
	bool random = crypttab_has_random_key(row);
	struct word why = random ? row->key : made != NULL ? made->name : (struct word){0};
	size_t i;

	if (why.text == NULL)
		return;
	for (i = 0; i < checker->model->fstab.count; i++) {
		const struct fstab_row *mount = &checker->model->fstab.item[i];

		if (!is_mounted_early(mount) || !crypttab_holds(checker->model, row, mount))
			continue;
		diag_report(checker->diag, DIAG_CRYPTTAB_ROOT_LOST, why.span, NULL,
			    "%s is on %s, whose content does not survive a boot", mount->where.text,
			    row->target.text);
		diag_note(checker->diag, mount->source.span, "it is mounted from here");
	}
	if (random && (crypttab_find(row, CRYPTTAB_LUKS) != NULL ||
		       crypttab_find(row, CRYPTTAB_TCRYPT) != NULL))
		diag_report(checker->diag, DIAG_CRYPTTAB_RANDOM_KEY, row->key.span, NULL,
			    "a key that is new each time never opens a header");
	else if (random && is_superblock_tag(row->source.text) &&
		 crypttab_find(row, CRYPTTAB_OFFSET) == NULL)
		diag_report(checker->diag, DIAG_CRYPTTAB_SOURCE_LOST, row->source.span, NULL,
			    "%s overwrites what its source is found by", row->target.text);
}

/* --- sources of what the initramfs opens ---------------------------------- */

/* cryptroot gives a path that is a regular file to cryptsetup, which makes a loop device of it. No
 * event ever says that such a device is there. */
static void check_source(const struct crypttab_checker *checker, const struct crypttab_row *row)
{
	if (row->source.text[0] != '/' || !crypttab_is_early(checker->model, row))
		return;
	if (strncmp(row->source.text, "/dev/", 5) == 0)
		reference_check(checker->diag, row->source);
	else
		diag_report(checker->diag, DIAG_CRYPTTAB_SOURCE_FILE, row->source.span, NULL,
			    "%s is opened in the initramfs, which waits for a device there",
			    row->target.text);
}

/* --- rows ----------------------------------------------------------------- */

void crypttab_check(const struct model *model, struct diag *diag, int root_fd)
{
	struct crypttab_checker checker = {.model = model, .diag = diag, .root_fd = root_fd};
	size_t i;

	if (model->crypttab.count == 0)
		return;
	checker.extra = arena_alloc(model->arena, model->crypttab.count * sizeof *checker.extra);
	for (i = 0; i < model->crypttab.count; i++)
		checker.extra[i].spelling =
			spelling(model->arena, model->crypttab.item[i].target.text);
	find_needs(&checker);
	crypttab_read_pattern(&checker);
	check_fstab_names(&checker);
	for (i = 0; i < model->crypttab.count; i++) {
		struct crypttab_row *row = &model->crypttab.item[i];

		row->key_in_image = crypttab_key_is_wanted(&checker, row);
		crypttab_read_keyscript(&checker, row);
		crypttab_find_provider(&checker, row);
		check_target(&checker, row);
		check_needed(&checker, row);
		check_derived(&checker, row);
		check_random(&checker, row);
		crypttab_check_options(&checker, row);
		crypttab_check_files(&checker, row);
		check_source(&checker, row);
	}
}
