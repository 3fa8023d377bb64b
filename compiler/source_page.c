#include "source_page.h"
#include "source/crypttab_option.h"
#include "source/mapping.h"

#include <stdio.h>
#include <string.h>

static void print_value(enum crypttab_value value)
{
	if (value == TAKES_ANY || value == TAKES_FLAG)
		fputs(value == TAKES_FLAG ? "none" : "not looked at", stdout);
	else
		fputs(crypttab_value_text(value), stdout);
}

void print_crypttab_options(void)
{
	unsigned id;

	puts("| option | value | honoured by | systemd knows it | meaning |");
	puts("| --- | --- | --- | --- | --- |");
	for (id = 0; id < CRYPTTAB_OPTION_COUNT; id++) {
		const struct crypttab_option_row *row =
			crypttab_option_describe((enum crypttab_option_id)id);

		printf("| `%s`", row->name);
		if (row->alias != NULL)
			printf(", `%s`", row->alias);
		fputs(" | ", stdout);
		print_value(row->value);
		printf(" | %s | %s | %s |\n", crypttab_honour_text(row->honoured),
		       row->systemd ? "yes" : "no", row->text);
	}
}

static void print_mapping_options(enum mapping_table table)
{
	static const char *const honoured[] = {"the initramfs", "systemd only: an error here",
					       "the real system only"};
	size_t count;
	const struct mapping_option_row *rows = mapping_options(&count);

	puts("| option | honoured by | meaning |");
	puts("| --- | --- | --- |");
	for (size_t i = 0; i < count; i++)
		if (rows[i].table == table)
			printf("| `%s` | %s | %s |\n", rows[i].name, honoured[rows[i].honoured],
			       rows[i].text);
}

void print_veritytab_options(void)
{
	print_mapping_options(MAPPING_VERITY);
}

void print_integritytab_options(void)
{
	print_mapping_options(MAPPING_INTEGRITY);
}

void print_settings(void)
{
	puts("| setting | value | meaning |");
	puts("| --- | --- | --- |");
#define SETTING(id, key, kind, member, text) puts("| `" key "` | | " text " |");
#define VALUE(id, word, number, text)	     puts("| | `" word "` | " text " |");
#include "source/settings.def"
}

void print_mdadm_keywords(void)
{
	puts("| keyword | what it does here |");
	puts("| --- | --- |");
#define KEYWORD(id, name, text) puts("| `" name "` | " text " |");
#include "source/mdadm_keywords.def"
}

void print_mdadm_array_words(void)
{
	puts("| word | of several counts | what it says |");
	puts("| --- | --- | --- |");
#define FIRST				      "the first"
#define LAST				      "the last"
#define WORD(tag, member, kind, counts, text) puts("| `" tag "` | " counts " | " text " |");
#include "source/mdadm_array_words.def"
#undef FIRST
#undef LAST
}
