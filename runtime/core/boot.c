#include "boot.h"
#include "mem.h"

struct spelling {
	const char *word;
	enum parameter_id id;
	const char *value;
};

static const char *const names[PARAMETER_COUNT] = {
#define PARAMETER(id, name, initial, text) name,
#define SPELLING(word, id, value)
#include "parameters.def"
#undef PARAMETER
#undef SPELLING
};

static const char *const initials[PARAMETER_COUNT] = {
#define PARAMETER(id, name, initial, text) initial,
#define SPELLING(word, id, value)
#include "parameters.def"
#undef PARAMETER
#undef SPELLING
};

static const char *const texts[PARAMETER_COUNT] = {
#define PARAMETER(id, name, initial, text) text,
#define SPELLING(word, id, value)
#include "parameters.def"
#undef PARAMETER
#undef SPELLING
};

static const struct spelling spellings[] = {
#define PARAMETER(id, name, initial, text)
#define SPELLING(word, id, value) {word, PARAMETER_##id, value},
#include "parameters.def"
#undef PARAMETER
#undef SPELLING
};

enum { SPELLING_COUNT = sizeof spellings / sizeof spellings[0] };

const char *parameter_name(enum parameter_id id)
{
	return names[id];
}

const char *parameter_text(enum parameter_id id)
{
	return texts[id];
}

enum parameter_id parameter_by_name(const char *name, size_t length)
{
	unsigned id;

	for (id = 0; id < PARAMETER_COUNT; id++)
		if (strlen(names[id]) == length && memcmp(names[id], name, length) == 0)
			break;
	return (enum parameter_id)id;
}

const char *parameter_spelling(unsigned i, enum parameter_id *ret_id, const char **ret_value)
{
	if (i >= SPELLING_COUNT)
		return NULL;
	*ret_id = spellings[i].id;
	*ret_value = spellings[i].value;
	return spellings[i].word;
}

/* --- cryptopts= ----------------------------------------------------------- */

/* As the shell's read does (cryptsetup 2:2.6.1-4, local-top/cryptroot), since GRUB doubles
 * backslashes. False if it does not fit. */
static bool copy_unescaped(char *to, const char *from)
{
	size_t n = 0;

	for (; *from != '\0'; from++) {
		if (*from == '\\' && from[1] != '\0')
			from++;
		if (n + 1 == CRYPTOPTS_ROOM)
			return false;
		to[n++] = *from;
	}
	to[n] = '\0';
	return true;
}

/* The value of the last source= between the commas. */
static void copy_source(char *to, const char *text)
{
	static const char key[] = "source=";
	size_t i;

	to[0] = '\0';
	while (*text != '\0') {
		if (strlen(text) >= sizeof key && memcmp(text, key, sizeof key - 1) == 0) {
			text += sizeof key - 1;
			for (i = 0; text[i] != '\0' && text[i] != ','; i++)
				to[i] = text[i];
			to[i] = '\0';
		}
		while (*text != '\0' && *text++ != ',')
			;
	}
}

static void take_cryptopts(struct boot *boot, const char *value)
{
	unsigned i = boot->cryptopts_count;

	if (*value == '\0')
		return;
	boot->cryptopts_count++;
	if (i >= CRYPTOPTS_MAX || !copy_unescaped(boot->cryptopts[i], value))
		return;
	copy_source(boot->sources[i], boot->cryptopts[i]);
	boot->parameter[PARAMETER_CRYPTOPTS_1 + 2 * i] = boot->cryptopts[i];
	boot->parameter[PARAMETER_CRYPTOPTS_1_SOURCE + 2 * i] = boot->sources[i];
}

/* --- words ---------------------------------------------------------------- */

static void read_word(struct boot *boot, const char *word)
{
	static const char cryptopts[] = "cryptopts=";
	unsigned i;

	if (strlen(word) >= sizeof cryptopts - 1 &&
	    memcmp(word, cryptopts, sizeof cryptopts - 1) == 0)
		take_cryptopts(boot, word + sizeof cryptopts - 1);
	for (i = 0; i < SPELLING_COUNT; i++) {
		const struct spelling *s = &spellings[i];
		size_t length = strlen(s->word);

		if (s->word[length - 1] == '=' && strlen(word) >= length &&
		    memcmp(word, s->word, length) == 0 && s->value[0] == '\0')
			boot->parameter[s->id] = word + length;
		else if (strlen(word) == length && memcmp(word, s->word, length) == 0)
			boot->parameter[s->id] = s->value;
		else
			continue;
		boot->on_line[s->id] = true;
	}
}

static bool is_space(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

/* Copies the command line with single NULs between words, so that parameters can point into it. */
static bool split_words(struct boot *boot, const char *command_line)
{
	size_t n = 0;

	while (*command_line != '\0') {
		while (is_space(*command_line))
			command_line++;
		while (*command_line != '\0' && !is_space(*command_line)) {
			if (n + 1 >= sizeof boot->text) {
				while (n > 0 && boot->text[n - 1] != '\0')
					n--; /* half a word would be a wrong one */
				boot->length = n;
				return false;
			}
			boot->text[n++] = *command_line++;
		}
		if (n > 0 && boot->text[n - 1] != '\0')
			boot->text[n++] = '\0';
	}
	boot->length = n;
	return true;
}

/* initramfs-tools takes no rootdelay= that is not all digits and dots. */
static void drop_bad_numbers(const char **parameter)
{
	const char *c;

	for (c = parameter[PARAMETER_ROOTDELAY]; *c != '\0'; c++)
		if ((*c < '0' || *c > '9') && *c != '.')
			parameter[PARAMETER_ROOTDELAY] = "";
}

bool boot_read_command_line(struct boot *boot, const struct blob *blob, const char *command_line)
{
	struct parameter given;
	bool complete;
	uint32_t i;
	size_t at;

	for (i = 0; i < PARAMETER_COUNT; i++) {
		boot->parameter[i] = initials[i];
		boot->on_line[i] = false;
	}
	for (i = 0; blob != NULL && i < blob->section[SECTION_parameters].count; i++) {
		blob_parameter(blob, i, &given);
		boot->parameter[given.parameter] = blob_string(blob, given.text);
	}
	boot->cryptopts_count = 0;
	boot->change_count = 0;
	boot->change_length = 0;
	complete = split_words(boot, command_line);
	for (at = 0; at < boot->length; at += strlen(boot->text + at) + 1)
		read_word(boot, boot->text + at);
	drop_bad_numbers(boot->parameter);
	return complete;
}

/* --- what boot scripts set --------------------------------------------------- */

const char *boot_parameter(const struct boot *boot, uint32_t table, enum parameter_id id)
{
	return table == 0 ? boot->parameter[id] : boot->change[table - 1].parameter[id];
}

uint32_t boot_parameter_setter(const struct boot *boot, uint32_t table, enum parameter_id id)
{
	return table == 0 ? NONE : boot->change[table - 1].by[id];
}

/* Copies the value of one setting; false if there is no room. What is no parameter is left out. */
static bool take_setting(struct boot *boot, struct parameter_change *change, uint32_t node,
			 const char *setting, size_t length)
{
	char *to = boot->change_text + boot->change_length;
	enum parameter_id id;
	size_t name = 0;

	while (name < length && setting[name] != '=')
		name++;
	id = parameter_by_name(setting, name);
	if (name == length || id == PARAMETER_COUNT)
		return true;
	length -= name + 1;
	if (length >= CHANGES_ROOM - boot->change_length)
		return false;
	memcpy(to, setting + name + 1, length);
	to[length] = '\0';
	boot->change_length += length + 1;
	change->parameter[id] = to;
	change->by[id] = (uint16_t)node;
	return true;
}

static bool is_table(const struct boot *boot, uint32_t table, const struct parameter_change *change)
{
	unsigned id;

	for (id = 0; id < PARAMETER_COUNT; id++) {
		const char *a = boot_parameter(boot, table, (enum parameter_id)id);
		const char *b = change->parameter[id];

		if (strlen(a) != strlen(b) || memcmp(a, b, strlen(a)) != 0)
			return false;
	}
	return true;
}

static void copy_table(const struct boot *boot, uint32_t from, struct parameter_change *change)
{
	unsigned id;

	for (id = 0; id < PARAMETER_COUNT; id++) {
		change->parameter[id] = boot_parameter(boot, from, (enum parameter_id)id);
		change->by[id] = (uint16_t)boot_parameter_setter(boot, from, (enum parameter_id)id);
	}
}

uint32_t boot_change(struct boot *boot, uint32_t from, uint32_t node, const char *settings,
		     size_t length)
{
	struct parameter_change *change = &boot->change[boot->change_count];
	size_t kept = boot->change_length, at, n;
	uint32_t table;
	bool fits = true;

	copy_table(boot, from, change);
	for (at = 0; fits && at < length; at += n + 1) {
		for (n = 0; at + n < length && settings[at + n] != '\0'; n++)
			;
		fits = take_setting(boot, change, node, settings + at, n);
	}
	drop_bad_numbers(change->parameter);
	for (table = 0; fits && table <= boot->change_count; table++)
		if (is_table(boot, table, change)) {
			boot->change_length = kept;
			return table;
		}
	if (!fits || boot->change_count == CHANGES_MAX) {
		boot->change_length = kept;
		return NONE;
	}
	return ++boot->change_count;
}

bool boot_has_word(const struct boot *boot, const char *word)
{
	size_t at, length = strlen(word);

	for (at = 0; at < boot->length; at += strlen(boot->text + at) + 1) {
		const char *w = boot->text + at;

		if (strlen(w) >= length && memcmp(w, word, length) == 0 &&
		    (w[length] == '\0' || w[length] == '='))
			return true;
	}
	return false;
}
