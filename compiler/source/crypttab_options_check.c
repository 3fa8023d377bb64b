/* Options of crypttab(5) that cancel each other, or that nobody honours where the device is
 * opened (cryptsetup 2:2.6.1-4, debian/functions: _get_crypt_type, unlock_mapping). */
#include "crypttab_check.h"

#include <string.h>

/* In the order in which _get_crypt_type looks at them. */
static const enum crypttab_option_id types[] = {
	CRYPTTAB_LUKS, CRYPTTAB_TCRYPT, CRYPTTAB_PLAIN, CRYPTTAB_BITLK, CRYPTTAB_FVAULT2,
};

enum { TYPE_COUNT = sizeof types / sizeof types[0] };

static bool has(const struct crypttab_row *row, enum crypttab_option_id id)
{
	return crypttab_find(row, id) != NULL;
}

/* The type that counts; CRYPTTAB_UNKNOWN: none is given, so the header is asked. */
static enum crypttab_option_id given_type(const struct crypttab_row *row)
{
	unsigned i;

	for (i = 0; i < TYPE_COUNT; i++)
		if (has(row, types[i]))
			return types[i];
	return CRYPTTAB_UNKNOWN;
}

static void check_types(const struct crypttab_checker *checker, const struct crypttab_row *row)
{
	enum crypttab_option_id type = given_type(row);
	unsigned i;

	for (i = 0; i < TYPE_COUNT; i++) {
		const struct crypttab_option *other = crypttab_find(row, types[i]);

		if (other == NULL || types[i] == type)
			continue;
		diag_report(checker->diag, DIAG_CRYPTTAB_TYPES, other->name.span, NULL,
			    "%s has no effect beside %s", other->name.text,
			    crypttab_option_describe(type)->name);
		diag_note(checker->diag, crypttab_find(row, type)->name.span, "which stands here");
	}
}

/* Whether unlock_mapping leaves the option out for this type. */
static bool is_left_out(enum crypttab_option_id id, enum crypttab_option_id type)
{
	switch (id) {
	case CRYPTTAB_CIPHER:
	case CRYPTTAB_SIZE:
	case CRYPTTAB_HASH:
	case CRYPTTAB_OFFSET:
	case CRYPTTAB_SKIP:
		return type == CRYPTTAB_LUKS || type == CRYPTTAB_TCRYPT;
	case CRYPTTAB_KEYFILE_SIZE:
		return type == CRYPTTAB_PLAIN || type == CRYPTTAB_TCRYPT;
	case CRYPTTAB_KEYFILE_OFFSET:
		return type == CRYPTTAB_TCRYPT;
	case CRYPTTAB_VERACRYPT:
	case CRYPTTAB_TCRYPTHIDDEN:
	case CRYPTTAB_VERACRYPT_PIM:
		return type != CRYPTTAB_TCRYPT;
	case CRYPTTAB_KEYSLOT:
	case CRYPTTAB_HEADER:
		return type != CRYPTTAB_LUKS;
	default:
		return false;
	}
}

static void check_left_out(const struct crypttab_checker *checker, const struct crypttab_row *row)
{
	enum crypttab_option_id type = given_type(row);
	size_t i;

	if (type == CRYPTTAB_UNKNOWN)
		return;
	for (i = 0; i < row->options.count; i++) {
		const struct crypttab_option *option = &row->options.item[i];

		if (is_left_out(option->id, type) && crypttab_find(row, option->id) == option)
			diag_report(checker->diag, DIAG_CRYPTTAB_LEFT_OUT, option->name.span, NULL,
				    "%s says nothing about a device of type %s", option->name.text,
				    crypttab_option_describe(type)->name);
	}
}

/* hash makes a key of what somebody types or a program prints; a key file is taken as it is. */
static void check_plain(const struct crypttab_checker *checker, const struct crypttab_row *row)
{
	static const enum crypttab_option_id needed[] = {CRYPTTAB_CIPHER, CRYPTTAB_SIZE,
							 CRYPTTAB_HASH};
	bool typed = strcmp(row->key.text, "none") == 0 || has(row, CRYPTTAB_KEYSCRIPT);
	unsigned i;

	if (given_type(row) != CRYPTTAB_PLAIN)
		return;
	for (i = 0; i < 3; i++)
		if (!has(row, needed[i]) && (needed[i] != CRYPTTAB_HASH || typed))
			diag_report(checker->diag, DIAG_CRYPTTAB_PLAIN,
				    crypttab_find(row, CRYPTTAB_PLAIN)->name.span, NULL,
				    "a plain device without %s=",
				    crypttab_option_describe(needed[i])->name);
}

static void check_honoured(const struct crypttab_checker *checker, const struct crypttab_row *row)
{
	bool early = crypttab_is_early(checker->model, row);
	size_t i;

	for (i = 0; i < row->options.count; i++) {
		const struct crypttab_option *option = &row->options.item[i];
		enum crypttab_honour honoured;

		if (option->id == CRYPTTAB_UNKNOWN || crypttab_find(row, option->id) != option)
			continue;
		honoured = crypttab_option_describe(option->id)->honoured;
		if (honoured == HONOUR_BOOTGRAPH && !early)
			honoured = HONOUR_SYSTEMD; /* cryptdisks does not know it */
		if (honoured == HONOUR_SYSTEMD && early)
			diag_report(checker->diag, DIAG_CRYPTTAB_NOT_HONOURED, option->name.span,
				    NULL, "%s is opened in the initramfs, where nobody knows %s",
				    row->target.text, option->name.text);
		else if (honoured == HONOUR_SYSTEMD)
			diag_report(checker->diag, DIAG_CRYPTTAB_SYSTEMD, option->name.span, NULL,
				    "only systemd knows %s", option->name.text);
		else if (honoured == HONOUR_CRYPTDISKS && early && option->id != CRYPTTAB_CHECK)
			diag_report(checker->diag, DIAG_CRYPTTAB_LATE, option->name.span, NULL,
				    "%s is opened in the initramfs, where %s has no effect",
				    row->target.text, option->name.text);
	}
}

void crypttab_check_options(const struct crypttab_checker *checker, const struct crypttab_row *row)
{
	check_types(checker, row);
	check_left_out(checker, row);
	check_plain(checker, row);
	check_honoured(checker, row);
}
