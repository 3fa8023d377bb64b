#include "source_page.h"
#include "source/crypttab_option.h"

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
