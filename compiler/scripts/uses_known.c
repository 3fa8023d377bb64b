#include "uses.h"

#include <ctype.h>
#include <string.h>

/* --- functions of initramfs-tools ----------------------------------------------------------------
 */

static const struct {
	const char *function;
	enum use_kind kind;
	const char *name; /* NULL: nothing */
} library[] = {
#define LIBRARY_FUNCTION(function)	  {function, USE_PROGRAM, NULL},
#define LIBRARY_USE(function, kind, name) {function, USE_##kind, name},
#include "library.def"
#undef LIBRARY_FUNCTION
#undef LIBRARY_USE
};

/* wait_for_udev 10: udevadm settle's own limit is that of udevadm(8). */
static void add_settle(struct use_reader *reader, const struct shell_command *command)
{
	const char *limit =
		command->words.count > 1 ? use_pattern(reader, &command->words.item[1]) : "120";

	use_add(reader, USE_WAITS, isdigit((unsigned char)*limit) ? limit : "*", command->offset,
		command->length)
		->via = "wait_for_udev";
}

bool use_library_call(struct use_reader *reader, const char *name,
		      const struct shell_command *command)
{
	bool found = false;

	for (size_t i = 0; i < sizeof library / sizeof library[0]; i++) {
		struct script_use *use;
		size_t before;

		if (strcmp(library[i].function, name) != 0)
			continue;
		found = true;
		if (library[i].name == NULL)
			continue;
		before = reader->out->uses.count;
		use = use_add(reader, library[i].kind, library[i].name, command->offset,
			      command->length);
		if (reader->out->uses.count > before)
			use->via = library[i].function;
	}
	if (strcmp(name, "wait_for_udev") == 0)
		add_settle(reader, command);
	return found;
}

/* --- scripts that are known ------------------------------------------------------------------- */

static const struct {
	const char *phase, *script;
	enum use_kind kind;
	const char *name, *words;
} annotations[] = {
#define SCRIPT_USE(phase, script, kind, name, words) {phase, script, USE_##kind, name, words},
#include "../../stdlib-units/scripts.def"
#undef SCRIPT_USE
};

void use_annotate(struct use_reader *reader, const char *phase, const char *name)
{
	const struct text *text = reader->text;

	for (size_t i = 0; i < sizeof annotations / sizeof annotations[0]; i++) {
		size_t before = reader->out->uses.count, offset = 0;
		const char *words = annotations[i].words, *found;
		size_t length = strcspn(text->data, "\n");
		struct script_use *use;

		if (strcmp(annotations[i].phase, phase) != 0 ||
		    strcmp(annotations[i].script, name) != 0)
			continue;
		/* Another version of the script may have other words: then its first line. */
		found = memmem(text->data, text->size, words, strlen(words));
		if (found != NULL) {
			offset = (size_t)(found - text->data);
			length = strlen(words);
		}
		use = use_add(reader, annotations[i].kind, annotations[i].name, offset, length);
		use->annotated = reader->out->uses.count > before;
	}
}
