/* mdadm.conf(5) as mdadm reads it (4.2-5, config.c): the keywords, and what each does with its
 * words. What mdadm would ignore, with or without a message that nobody sees, is reported.
 *
 * Each line is looked at by itself here; mdadm_check.c compares the arrays. */
#include "mdadm_words.h"

#include <string.h>
#include <strings.h>

/* Whether a keyword's words are like this one; for CREATE and POLICY. */
static bool has_tag(struct word word, const char *const *tags, size_t count, bool ignore_case)
{
	size_t i;

	for (i = 0; i < count; i++) {
		size_t length = strlen(tags[i]);

		if (ignore_case ? strncasecmp(word.text, tags[i], length) == 0
				: strncmp(word.text, tags[i], length) == 0)
			return true;
	}
	return false;
}

static void report_unread(struct mdadm_reader *reader, struct word word, struct word first)
{
	diag_report(reader->diag, DIAG_MDADM_UNREAD, word.span, NULL, "\"%s\" is not read",
		    word.text);
	diag_note(reader->diag, first.span, "what counts stands here");
}

/* --- keywords ------------------------------------------------------------- */

static void read_device(struct mdadm_reader *reader, const struct mdadm_line *line)
{
	static const char *const words[] = {"partitions", "containers"};
	size_t i;

	reader->model->md.has_device = true;
	for (i = 0; i < line->words.count; i++) {
		struct word word = line->words.item[i];

		if (word.text[0] == '/' || strcasecmp(word.text, words[0]) == 0 ||
		    strcasecmp(word.text, words[1]) == 0)
			vec_push(reader->model->arena, &reader->model->md.device_patterns, word);
		else
			mdadm_unknown_word(reader, "DEVICE", word, words, 2);
	}
}

static void check_create_value(struct mdadm_reader *reader, struct word word)
{
	struct word value = mdadm_value(word);

	if (strncasecmp(word.text, "auto=", 5) == 0)
		mdadm_check_auto(reader, value);
	else if (strncasecmp(word.text, "metadata=", 9) == 0 && !mdadm_is_metadata(value.text))
		diag_report(reader->diag, DIAG_MDADM_VALUE, value.span, NULL,
			    "no metadata format has this name: \"%s\"", value.text);
	else if (strncasecmp(word.text, "mode=", 5) == 0 &&
		 (value.text[0] == '\0' || value.text[strspn(value.text, "01234567")] != '\0'))
		diag_report(reader->diag, DIAG_MDADM_VALUE, value.span, NULL,
			    "mode= takes an octal number, and not \"%s\"", value.text);
	else if (value.text[0] == '\0' &&
		 has_tag(word, (const char *[]){"owner=", "group="}, 2, true))
		diag_report(reader->diag, DIAG_MDADM_VALUE, word.span, NULL, "%s takes a name",
			    word.text);
}

static void read_create(struct mdadm_reader *reader, const struct mdadm_line *line)
{
	static const char *const tags[] = {
		"auto=",	"owner=",   "group=",	 "mode=",  "metadata=", "symlinks=no",
		"symlinks=yes", "names=no", "names=yes", "bbl=no", "bbl=yes"};
	enum { TAG_COUNT = sizeof tags / sizeof tags[0] };
	size_t i;

	for (i = 0; i < line->words.count; i++) {
		struct word word = line->words.item[i];

		if (!has_tag(word, tags, TAG_COUNT, true)) {
			mdadm_unknown_word(reader, "CREATE", word, tags, TAG_COUNT);
			continue;
		}
		check_create_value(reader, word);
		vec_push(reader->model->arena, &reader->model->md.create, word);
	}
}

static void read_homehost(struct mdadm_reader *reader, const struct mdadm_line *line)
{
	struct md_settings *md = &reader->model->md;
	size_t i;

	for (i = 0; i < line->words.count; i++) {
		struct word word = line->words.item[i];

		if (strcasecmp(word.text, "<ignore>") == 0)
			md->homehost_ignored = word;
		else if (md->homehost.text == NULL)
			md->homehost = word;
		else
			report_unread(reader, word, md->homehost);
	}
}

static void read_homecluster(struct mdadm_reader *reader, const struct mdadm_line *line)
{
	struct md_settings *md = &reader->model->md;
	size_t i;

	for (i = 0; i < line->words.count; i++) {
		if (md->homecluster.text == NULL)
			md->homecluster = line->words.item[i];
		else
			report_unread(reader, line->words.item[i], md->homecluster);
	}
}

/* Whether AUTO's +format or -format is one: 0.90, 1.x and its versions, ddf, imsm, or all. */
static bool is_auto_format(const char *format)
{
	static const char *const formats[] = {"all", "0.90", "0",   "1.x", "1",
					      "ddf", "imsm", "mbr", "gpt"};
	size_t i;

	for (i = 0; i < sizeof formats / sizeof formats[0]; i++)
		if (strcasecmp(format, formats[i]) == 0)
			return true;
	return strncmp(format, "1.", 2) == 0;
}

/* Whether no word behind this one is looked at. */
static bool ends_auto(const char *word)
{
	return strcasecmp(word, "yes") == 0 || strcasecmp(word, "no") == 0 ||
	       strcasecmp(word, "+all") == 0 || strcasecmp(word, "-all") == 0;
}

static void read_auto(struct mdadm_reader *reader, const struct mdadm_line *line)
{
	static const char *const words[] = {"yes",   "no",    "homehost", "+all", "-all",
					    "+0.90", "-0.90", "+1.x",	  "-1.x", "+ddf",
					    "-ddf",  "+imsm", "-imsm"};
	struct md_settings *md = &reader->model->md;
	struct word last = {0};
	size_t i;

	if (md->auto_line.text != NULL) {
		report_unread(reader, line->keyword, md->auto_line);
		return;
	}
	md->auto_line = line->keyword;
	for (i = 0; i < line->words.count; i++) {
		struct word word = line->words.item[i];
		bool sign = word.text[0] == '+' || word.text[0] == '-';

		if (last.text != NULL) {
			report_unread(reader, word, last);
		} else if (!ends_auto(word.text) && strcasecmp(word.text, "homehost") != 0 &&
			   !(sign && is_auto_format(word.text + 1))) {
			mdadm_unknown_word(reader, "AUTO", word, words,
					   sizeof words / sizeof words[0]);
		} else {
			vec_push(reader->model->arena, &md->auto_rules, word);
			if (ends_auto(word.text))
				last = word;
		}
	}
}

static void read_policy(struct mdadm_reader *reader, const struct mdadm_line *line)
{
	static const char *const tags[] = {
		"path=", "type=", "metadata=", "action=", "domain=", "auto="};
	enum { TAG_COUNT = sizeof tags / sizeof tags[0] };
	size_t i;

	for (i = 0; i < line->words.count; i++)
		if (!has_tag(line->words.item[i], tags, TAG_COUNT, false))
			mdadm_unknown_word(reader, line->keyword.text, line->words.item[i], tags,
					   TAG_COUNT);
}

/* --- lines ---------------------------------------------------------------- */

static void report_keyword(struct mdadm_reader *reader, struct word keyword)
{
	diag_report(reader->diag, DIAG_MDADM_KEYWORD, keyword.span,
		    mdadm_hint(reader, keyword.text, mdadm_keyword_names(), MDADM_KEYWORD_COUNT),
		    "unknown keyword: \"%s\"", keyword.text);
}

static void handle_line(struct mdadm_reader *reader, const struct mdadm_line *line)
{
	switch (mdadm_keyword(line->keyword.text)) {
	case MDADM_DEVICE:
		read_device(reader, line);
		break;
	case MDADM_ARRAY:
		mdadm_read_array(reader, line);
		break;
	case MDADM_CREATE:
		read_create(reader, line);
		break;
	case MDADM_HOMEHOST:
		read_homehost(reader, line);
		break;
	case MDADM_HOMECLUSTER:
		read_homecluster(reader, line);
		break;
	case MDADM_AUTO:
		read_auto(reader, line);
		break;
	case MDADM_POLICY:
	case MDADM_PART_POLICY:
		read_policy(reader, line);
		break;
	case MDADM_KEYWORD_COUNT:
		report_keyword(reader, line->keyword);
		break;
	default:
		break; /* nothing that matters before the real root takes over */
	}
}

void source_mdadm_conf(struct model *model, struct diag *diag, const struct text *text)
{
	struct mdadm_reader reader = {model, diag};

	mdadm_read_lines(&reader, text, handle_line);
}
