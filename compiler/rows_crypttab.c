/* The rows of crypttab: what stands there, and what follows from it for the image. */
#include "rows.h"

#include <stdlib.h>
#include <string.h>

#include "chain.h"
#include "source/crypttab_check.h"

#define KEY_DIRECTORY  "/cryptroot/keyfiles"
#define KEY_DISK_MOUNT "/run/bootgraph/key-disk" /* runtime/init/key_disk.c */

/* How a device is encrypted, in the kernel's words: "aes-xts-plain64" is a cipher, how its blocks
 * are chained, and how these are numbered (cryptsetup(8); kernel: admin-guide/device-mapper/
 * dm-crypt.rst). */
struct cipher {
	const char *name, *mode, *numbering;
};

/* What cryptsetup makes without being asked. */
static const char luks_cipher[] = "aes-xts-plain64", plain_cipher[] = "aes-cbc-essiv:sha256";

static const char *option_text(const struct crypttab_row *line, enum crypttab_option_id id,
			       const char *otherwise)
{
	const struct crypttab_option *option = crypttab_find(line, id);

	return option != NULL && option->value.text != NULL ? option->value.text : otherwise;
}

static struct word option_value(const struct crypttab_row *line, enum crypttab_option_id id,
				const char *otherwise)
{
	const struct crypttab_option *option = crypttab_find(line, id);

	if (option == NULL || option->value.text == NULL)
		return (struct word){otherwise, line->span};
	return option->value;
}

/* --- options -------------------------------------------------------------- */

/* As the file writes it: what would end an option or a field stands there in octal. */
static const char *escape(struct arena *arena, const char *text)
{
	VEC(char) out = {0};

	for (; *text != '\0'; text++) {
		char octal[4] = {'\\', (char)('0' + ((unsigned char)*text >> 6)),
				 (char)('0' + ((*text >> 3) & 7)), (char)('0' + (*text & 7))};
		bool plain = strchr(" \t\n,\\", *text) == NULL;

		for (size_t i = 0; i < (plain ? 1 : sizeof octal); i++)
			vec_push(arena, &out, plain ? *text : octal[i]);
	}
	vec_push(arena, &out, '\0');
	return out.item;
}

static struct word join_options(struct arena *arena, const struct crypttab_row *line)
{
	struct word joined = {"", line->span};

	for (size_t i = 0; i < line->options.count; i++) {
		const struct crypttab_option *option = &line->options.item[i];
		bool value = option->value.text != NULL;

		joined.text = arena_printf(arena, "%s%s%s%s%s", joined.text, i > 0 ? "," : "",
					   option->name.text, value ? "=" : "",
					   value ? escape(arena, option->value.text) : "");
	}
	return joined;
}

/* --- the cipher ----------------------------------------------------------- */

/* The mapping as the facts have it; NULL if it was not seen. */
static const struct facts_dm *seen_mapping(const struct model *model, const char *target)
{
	const struct facts *facts = model->chain->facts;

	for (size_t i = 0; facts != NULL && i < facts->devices.count; i++) {
		const struct facts_dm *dm = facts->devices.item[i].dm;

		if (dm != NULL && dm->name != NULL && strcmp(dm->name, target) == 0)
			return dm;
	}
	return NULL;
}

/* What the device was seen to use, "aes-xts-plain64"; NULL if it was not. */
static const char *seen_cipher(const struct model *model, const char *target)
{
	const struct facts_dm *dm = seen_mapping(model, target);

	for (size_t i = 0; dm != NULL && i < dm->table.count; i++)
		if (strcmp(dm->table.item[i].type, "crypt") == 0)
			return arena_strndup(model->arena, dm->table.item[i].parameters,
					     strcspn(dm->table.item[i].parameters, " "));
	return NULL;
}

/* cipher-mode-numbering[:hash], or capi:mode(cipher)-numbering. */
static struct cipher take_apart(struct arena *arena, const char *text)
{
	struct cipher cipher = {.mode = "", .numbering = ""};
	size_t length;

	if (strncmp(text, "capi:", 5) == 0) {
		size_t mode = strcspn(text + 5, "(");

		cipher.mode = arena_strndup(arena, text + 5, mode);
		text += 5 + mode + (text[5 + mode] == '(');
		length = strcspn(text, ")-");
		cipher.name = arena_strndup(arena, text, length);
		text += length + (text[length] == ')');
	} else {
		length = strcspn(text, "-");
		cipher.name = arena_strndup(arena, text, length);
		text += length + (text[length] == '-');
		length = strcspn(text, "-");
		cipher.mode = arena_strndup(arena, text, length);
		text += length;
	}
	text += *text == '-';
	cipher.numbering = arena_strndup(arena, text, strcspn(text, ":"));
	return cipher;
}

static struct cipher cipher_of(const struct model *model, const struct crypttab_row *line)
{
	bool plain = crypttab_find(line, CRYPTTAB_PLAIN) != NULL;
	const char *text = seen_cipher(model, line->target.text);

	if (text == NULL)
		text = plain ? option_text(line, CRYPTTAB_CIPHER, plain_cipher) : luks_cipher;
	return take_apart(model->arena, text);
}

/* The kernel's name for the module of an algorithm (kernel: include/linux/crypto.h,
 * MODULE_ALIAS_CRYPTO); empty for what dm-crypt does by itself. */
static struct word module_of(struct arena *arena, const char *algorithm, struct span span)
{
	static const char *const own[] = {"",	  "plain", "plain64", "plain64be", "benbi",
					  "null", "lmk",   "tcw",     "random",	   "eboiv"};

	if (strcmp(algorithm, "elephant") == 0) /* has a cipher beside the one that it is part of */
		algorithm = "ecb";
	for (size_t i = 0; i < sizeof own / sizeof *own; i++)
		if (strcmp(own[i], algorithm) == 0)
			return (struct word){"", span};
	return (struct word){arena_printf(arena, "crypto-%s", algorithm), span};
}

/* What libcryptsetup has the kernel decrypt headers with by AF_ALG, having no way of its own
 * (cryptsetup 2.6.1, lib/crypto_backend: crypt_cipher_init_kernel). LUKS2 keyslots do without. */
static struct word header_module_of(const struct crypttab_row *line)
{
	bool needed = crypttab_find(line, CRYPTTAB_TCRYPT) != NULL &&
		      crypttab_find(line, CRYPTTAB_LUKS) == NULL;

	return (struct word){needed ? "algif-skcipher" : "", line->span};
}

/* What makes zeros where a BitLocker volume has its metadata (kernel: admin-guide/device-mapper/
 * zero.rst). That it is one says the line, or what the device was seen to be made of: a mapping of
 * several tables, and not all of them crypt. */
static struct word zeros_module_of(const struct model *model, const struct crypttab_row *line)
{
	const struct facts_dm *dm = seen_mapping(model, line->target.text);
	bool needed = crypttab_find(line, CRYPTTAB_BITLK) != NULL;

	for (size_t i = 0; dm != NULL && i < dm->table.count; i++)
		needed = needed || strcmp(dm->table.item[i].type, "zero") == 0;
	return (struct word){needed ? "dm-zero" : "", line->span};
}

/* --- keys, and what has to be there first --------------------------------- */

static const char *after_device_prefix(const char *path)
{
	return strncmp(path, "/dev/", 5) == 0 ? path + 5 : NULL;
}

struct key {
	struct word field;  /* what bootgraph-crypt is told */
	struct word file;   /* what goes into the image: "SOURCE:PLACE"; or empty */
	struct word device; /* what has to be there first; or empty */
	struct word disk;   /* what is mounted while the key is read; or empty */
	struct word within; /* how long that is waited for before somebody is asked; or empty */
};

/* passdev's argument: DEVICE:PATH[:SECONDS] (cryptsetup 2:2.6.1-4, debian/scripts/passdev.c; no
 * number, or 0, is without end). The disk is mounted for bootgraph-crypt alone. */
static void take_key_disk(struct arena *arena, struct key *key)
{
	const char *text = key->field.text;
	size_t device = strcspn(text, ":");
	const char *path = text + device + (text[device] == ':');
	size_t length = strcspn(path, ":");
	unsigned long seconds = strtoul(path + length + (path[length] == ':'), NULL, 10);

	key->disk.text = arena_strndup(arena, text, device);
	key->disk.span = key->field.span;
	path += strspn(path, "/");
	key->field.text =
		arena_printf(arena, KEY_DISK_MOUNT "/%.*s", (int)strcspn(path, ":"), path);
	if (seconds > 0)
		key->within.text = arena_printf(arena, "%lu s", seconds);
	else
		key->device = key->disk;
}

static struct key key_of(struct arena *arena, const struct crypttab_row *line)
{
	struct word nothing = {"", line->span};
	struct key key = {line->key, nothing, nothing, nothing, nothing};
	const char *script = crypttab_keyscript(arena, line), *place;

	if (key.field.text == NULL || key.field.text[0] == '\0')
		key.field = (struct word){"none", line->span};
	if (crypttab_keyscript_is(line, "passdev")) {
		take_key_disk(arena, &key);
	} else if (crypttab_keyscript_is(line, "decrypt_derived")) { /* from that target's key */
		key.device.text = arena_printf(arena, "/dev/mapper/%s", key.field.text);
	} else if (script != NULL) {
		return key;
	} else if (strcmp(key.field.text, "none") != 0 && line->key_in_image) {
		place = arena_printf(arena, KEY_DIRECTORY "/%s.key", line->target.text);
		key.file = (struct word){arena_printf(arena, "%s:%s", key.field.text, place),
					 key.field.span};
		key.field.text = place;
	} else if (after_device_prefix(key.field.text) != NULL &&
		   strcmp(key.field.text, "/dev/random") != 0 &&
		   strcmp(key.field.text, "/dev/urandom") != 0) {
		key.device = key.field;
	}
	return key;
}

static struct word keyscript_of(struct arena *arena, const struct crypttab_row *line)
{
	struct word script = option_value(line, CRYPTTAB_KEYSCRIPT, "");
	const char *path = crypttab_keyscript(arena, line);
	bool needed = path != NULL && !crypttab_keyscript_is(line, "passdev"); /* done without */

	script.text = needed ? path : "";
	return script;
}

static struct word programs_of(struct arena *arena, const struct crypttab_row *line)
{
	struct word programs = {"", line->span};

	for (size_t i = 0; i < line->programs.count; i++)
		programs.text = arena_printf(arena, "%s%s%s", programs.text, i > 0 ? " " : "",
					     line->programs.item[i]);
	return programs;
}

/* Where the volume key is kept: in the kernel's keyring, as libcryptsetup does by itself, unless
 * another line has its key from there, which only a table shows. */
static struct word volume_key_of(const struct model *model, const struct crypttab_row *line)
{
	for (size_t i = 0; i < model->crypttab.count; i++) {
		const struct crypttab_row *other = &model->crypttab.item[i];

		if (crypttab_keyscript_is(other, "decrypt_derived") &&
		    strcmp(other->key.text, line->target.text) == 0)
			return (struct word){"table", other->key.span};
	}
	return (struct word){"keyring", line->span};
}

/* --- all ------------------------------------------------------------------ */

static struct row make_row(const struct model *model, const struct crypttab_row *line)
{
	struct arena *arena = model->arena;
	struct word nothing = {"", line->span}, header = option_value(line, CRYPTTAB_HEADER, "");
	bool header_is_device = after_device_prefix(header.text) != NULL;
	struct cipher cipher = cipher_of(model, line);
	struct key key = key_of(arena, line);

	return (struct row){
		{{"target", line->target},
		 {"source", line->source},
		 {"key", key.field},
		 {"key-file", key.file},
		 {"key-device", key.device},
		 {"key-disk", key.disk},
		 {"without-key", {key.within.text[0] != '\0' ? "ask" : "fail", line->span}},
		 {"options", join_options(arena, line)},
		 {"tries", option_value(line, CRYPTTAB_TRIES, "3")},
		 {"header", header},
		 {"header-file", header_is_device ? nothing : header},
		 {"header-device", header_is_device ? header : nothing},
		 {"keyscript", keyscript_of(arena, line)},
		 {"programs", programs_of(arena, line)},
		 {"legacy-provider",
		  {line->legacy_provider != NULL ? line->legacy_provider : "", line->span}},
		 {"volume-key", volume_key_of(model, line)},
		 {"keyslot", option_value(line, CRYPTTAB_KEYSLOT, "")},
		 {"cipher-module", module_of(arena, cipher.name, line->span)},
		 {"zeros-module", zeros_module_of(model, line)},
		 {"header-module", header_module_of(line)},
		 {"mode-module", module_of(arena, cipher.mode, line->span)},
		 {"numbering-module", module_of(arena, cipher.numbering, line->span)}}};
}

/* Calls add for every line that is opened in the initramfs, in the order in which it could be. */
static void each_line(const struct model *model, row_list *rows,
		      void (*add)(const struct model *model, const struct crypttab_row *line,
				  row_list *rows))
{
	for (size_t i = 0; i < model->chain->links.count; i++)
		if (model->chain->links.item[i].crypt != NULL)
			add(model, model->chain->links.item[i].crypt, rows);
}

static void add_line(const struct model *model, const struct crypttab_row *line, row_list *rows)
{
	vec_push(model->arena, rows, make_row(model, line));
}

void rows_add_crypttab(const struct model *model, row_list *rows)
{
	each_line(model, rows, add_line);
}

static void add_key_disk(const struct model *model, const struct crypttab_row *line, row_list *rows)
{
	struct key key = key_of(model->arena, line);

	if (key.disk.text[0] != '\0' && key.within.text[0] != '\0')
		vec_push(model->arena, rows,
			 ((struct row){{{"target", line->target},
					{"device", key.disk},
					{"within", key.within}}}));
}

void rows_add_key_disks(const struct model *model, row_list *rows)
{
	each_line(model, rows, add_key_disk);
}

/* What the image opens devices with is there only if the table has lines for it. */
void rows_add_cryptopts(const struct model *model, row_list *rows)
{
	struct arena *arena = model->arena;
	row_list lines = {0};

	rows_add_crypttab(model, &lines);
	for (unsigned i = 0; lines.count > 0 && i < CRYPTOPTS_MAX; i++) {
		const char *name =
			parameter_name((enum parameter_id)(PARAMETER_CRYPTOPTS_1 + 2 * i));
		struct word number = {arena_printf(arena, "%u", i + 1), {0}};
		struct word parameter = {name, {0}},
			    value = {arena_printf(arena, "{%s}", name), {0}};
		struct word source = {arena_printf(arena, "{%s.source}", name), {0}};

		vec_push(arena, rows,
			 ((struct row){{{"number", number},
					{"parameter", parameter},
					{"value", value},
					{"source", source}}}));
	}
}
