/* What the keyscript of a line of crypttab(5) runs. With cryptsetup-initramfs a hook has to know
 * (cryptkeyctl, cryptgnupg, ...); here the script is read, if it is one for a shell, and what it
 * calls goes into the image as far as the sysroot has it. The rest may be busybox's. */
#include "crypttab_check.h"

#include <string.h>

#include "text.h"
#include "../scripts/reading.h"
#include "../scripts/uses.h"

#define ASKPASS "/lib/cryptsetup/askpass"
/* What the image has in its place. */
#define ASKPASS_HELPER "/usr/lib/bootgraph/bootgraph-askpass"

static const char *value_of(const struct crypttab_row *row)
{
	const struct crypttab_option *option = crypttab_find(row, CRYPTTAB_KEYSCRIPT);

	if (option == NULL || option->value.text == NULL || option->value.text[0] == '\0' ||
	    strcmp(option->value.text, ASKPASS) == 0)
		return NULL;
	return option->value.text;
}

const char *crypttab_keyscript(struct arena *arena, const struct crypttab_row *row)
{
	const char *value = value_of(row);

	if (value == NULL || value[0] == '/')
		return value;
	return arena_printf(arena, KEYSCRIPT_DIRECTORY "%s", value);
}

bool crypttab_keyscript_is(const struct crypttab_row *row, const char *name)
{
	const char *value = value_of(row), *slash = value != NULL ? strrchr(value, '/') : NULL;

	return value != NULL && strcmp(slash != NULL ? slash + 1 : value, name) == 0;
}

static bool is_program(const struct crypttab_checker *checker, const char *path)
{
	struct stat status;

	return crypttab_look(checker, path, &status) == PRESENT && S_ISREG(status.st_mode) &&
	       (status.st_mode & 0111) != 0;
}

/* Where the sysroot has a program, in init's PATH; NULL if nowhere. */
static const char *find_program(const struct crypttab_checker *checker, const char *name)
{
	static const char *const directories[] = {"/sbin", "/usr/sbin", "/bin", "/usr/bin"};

	if (strcmp(name, ASKPASS) == 0)
		return ASKPASS_HELPER;
	if (strchr(name, '/') != NULL)
		return name[0] == '/' && is_program(checker, name) ? name : NULL;
	for (size_t i = 0; i < sizeof directories / sizeof *directories; i++) {
		const char *path =
			arena_printf(checker->model->arena, "%s/%s", directories[i], name);

		if (is_program(checker, path))
			return path;
	}
	return NULL;
}

static bool begins_as_script(const struct text *text)
{
	return text != NULL && text->size > 2 && memcmp(text->data, "#!", 2) == 0;
}

void crypttab_read_keyscript(const struct crypttab_checker *checker, struct crypttab_row *row)
{
	struct arena *arena = checker->model->arena;
	const char *path = crypttab_keyscript(arena, row);
	struct script script = {.name = path};
	const struct script_uses *uses;

	if (path == NULL)
		return;
	script.text = text_read(arena, checker->root_fd, path, path);
	if (!begins_as_script(script.text))
		return; /* a program: its libraries are all that can be told of it */
	script.reading = script_read(arena, script.text);
	uses = script_uses_read(arena, "keyscript", &script);
	for (size_t i = 0; uses != NULL && i < uses->uses.count; i++) {
		const char *program = uses->uses.item[i].kind == USE_PROGRAM
					      ? find_program(checker, uses->uses.item[i].name)
					      : NULL;

		if (program != NULL)
			vec_push(arena, &row->programs, program);
	}
}
