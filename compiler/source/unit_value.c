#include "reference.h"
#include "unit_spec.h"

#include <stdlib.h>
#include <string.h>

#define LETTERS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
#define DIGITS	"0123456789"

/* --- placeholders --------------------------------------------------------- */

/* The length of a name behind an opening brace; 0 if that brace is text, as in a shell's ${name} or
 * awk's { print }. */
static size_t placeholder_name(const char *text, const char *brace)
{
	if (brace > text && brace[-1] == '$')
		return 0;
	return strspn(brace + 1, "abcdefghijklmnopqrstuvwxyz" DIGITS "_.-");
}

bool unit_has_placeholder(const char *text)
{
	const char *brace = text;

	for (; (brace = strchr(brace, '{')) != NULL; brace++)
		if (placeholder_name(text, brace) > 0)
			return true;
	return false;
}

/* The brace that closes the one at hand, counting those between them; NULL if none does. */
static const char *closing_brace(const char *brace)
{
	unsigned depth = 0;

	for (; *brace != '\0'; brace++) {
		depth += *brace == '{';
		depth -= *brace == '}';
		if (depth == 0)
			return brace;
	}
	return NULL;
}

/* {name} or {name or default}; whether there is such a name is seen when it is resolved. */
static bool check_placeholders(struct unit_reader *reader, struct word word)
{
	const char *brace = word.text, *closing;
	bool good = true;

	for (; (brace = strchr(brace, '{')) != NULL; brace++) {
		size_t length = placeholder_name(word.text, brace);

		if (length == 0)
			continue;
		closing = closing_brace(brace);
		if (closing != NULL &&
		    (brace[1 + length] == '}' || strncmp(brace + 1 + length, " or ", 4) == 0))
			continue;
		diag_report(reader->diag, DIAG_PLACEHOLDER,
			    yaml_part(word, (size_t)(brace - word.text),
				      closing != NULL ? (size_t)(closing - brace) + 1 : 1),
			    "write {name} or {name or default}",
			    closing != NULL ? "this is no placeholder"
					    : "this brace is not closed");
		good = false;
	}
	return good;
}

/* --- scalars -------------------------------------------------------------- */

const char *unit_hint(struct unit_reader *reader, const char *word, const char *const *candidates,
		      size_t count)
{
	const char *nearest = diag_nearest(word, candidates, count);

	return nearest == NULL ? NULL
			       : arena_printf(reader->arena, "did you mean \"%s\"?", nearest);
}

/* An unquoted {source} is a mapping with one key and no value. */
bool unit_is_unquoted_placeholder(const struct yaml_node *node)
{
	return node->kind == YAML_MAPPING && node->pairs.count == 1 &&
	       yaml_is_null(node->pairs.item[0].value) && node->span.text != NULL &&
	       node->span.text->data[node->span.offset] == '{';
}

void unit_wrong_shape(struct unit_reader *reader, const struct yaml_node *node, const char *what,
		      const char *due)
{
	const char *hint = NULL;

	if (unit_is_unquoted_placeholder(node))
		hint = "a placeholder needs quotation marks, since braces are YAML's mappings";
	diag_report(reader->diag, DIAG_UNIT_SHAPE, node->span, hint, "%s takes %s; this is %s",
		    what, due, yaml_kind_name(node));
}

static bool scalar(struct unit_reader *reader, const struct yaml_node *node, const char *what,
		   const char *due, struct word *ret_word)
{
	if (node->kind != YAML_SCALAR || yaml_is_null(node)) {
		unit_wrong_shape(reader, node, what, due);
		return false;
	}
	*ret_word = node->scalar;
	return check_placeholders(reader, node->scalar);
}

bool unit_text(struct unit_reader *reader, const struct yaml_node *node, const char *what,
	       struct word *ret_word)
{
	return scalar(reader, node, what, "a text", ret_word);
}

/* Names are words of the listing, of start-on and of the trace: no blanks, no brackets. */
bool unit_check_name(struct unit_reader *reader, struct word word)
{
	static const char *const reserved[] = {
		"and",
		"or",
#define EVENT(term, spelling, argument, text) spelling,
#include "unit_keywords.def"
	};
	size_t good = strspn(word.text, unit_has_placeholder(word.text) ? LETTERS DIGITS "_.@:/=-{}"
									: LETTERS DIGITS "_.@:/=-");
	size_t i;

	if (word.text[0] == '\0' || strchr(LETTERS DIGITS "{", word.text[0]) == NULL)
		good = 0;
	if (word.text[good] != '\0' || good == 0) {
		diag_report(reader->diag, DIAG_UNIT_NAME,
			    yaml_part(word, good, good == strlen(word.text) ? 0 : 1), NULL,
			    "not a name: \"%s\"", word.text);
		return false;
	}
	for (i = 0; i < sizeof reserved / sizeof reserved[0]; i++) {
		if (strcmp(word.text, reserved[i]) == 0) {
			diag_report(reader->diag, DIAG_UNIT_NAME, word.span, NULL,
				    "\"%s\" is a word of start-on, and no name", word.text);
			return false;
		}
	}
	return true;
}

bool unit_name(struct unit_reader *reader, const struct yaml_node *node, const char *what,
	       struct word *ret_word)
{
	return scalar(reader, node, what, "a name", ret_word) && unit_check_name(reader, *ret_word);
}

bool unit_check_path(struct unit_reader *reader, struct word word)
{
	if (word.text[0] == '/' || (word.text[0] == '{' && unit_has_placeholder(word.text)))
		return true;
	diag_report(reader->diag, DIAG_UNIT_PATH, word.span, NULL, "not an absolute path: \"%s\"",
		    word.text);
	return false;
}

bool unit_path(struct unit_reader *reader, const struct yaml_node *node, const char *what,
	       struct word *ret_word)
{
	return scalar(reader, node, what, "an absolute path", ret_word) &&
	       unit_check_path(reader, *ret_word);
}

bool unit_check_device(struct unit_reader *reader, struct word word)
{
	return unit_has_placeholder(word.text) || reference_check(reader->diag, word);
}

bool unit_device(struct unit_reader *reader, const struct yaml_node *node, const char *what,
		 struct word *ret_word)
{
	return scalar(reader, node, what, "a device reference", ret_word) &&
	       unit_check_device(reader, *ret_word);
}

uint32_t unit_duration(const char *text)
{
	static const struct {
		const char *unit;
		uint64_t milliseconds;
	} units[] = {{"ms", 1}, {"s", 1000}, {"min", 60000}, {"h", 3600000}};
	size_t digits = strspn(text, "0123456789"), i;
	const char *unit = text + digits + strspn(text + digits, " ");
	uint64_t product;

	if (strcmp(text, "none") == 0)
		return NO_LIMIT;
	if (digits == 0 || digits > 9) /* so that the product cannot overflow */
		return 0;
	for (i = 0; i < sizeof units / sizeof units[0]; i++) {
		product = strtoull(text, NULL, 10) * units[i].milliseconds;
		if (strcmp(unit, units[i].unit) == 0)
			return product < DEFAULT_LIMIT ? (uint32_t)product : 0;
	}
	return 0;
}

bool unit_check_duration(struct unit_reader *reader, struct word word)
{
	if (unit_duration(word.text) != 0)
		return true;
	diag_report(reader->diag, DIAG_UNIT_DURATION, word.span,
		    "write for instance 500 ms, 20 s, 2 min, or none", "not a duration: \"%s\"",
		    word.text);
	return false;
}

/* Below scripts/ in the image: at least a phase and a name, as mkinitramfs allows them. */
bool unit_script(struct unit_reader *reader, const struct yaml_node *node, const char *what,
		 struct word *ret_word)
{
	const char *slash;

	if (!unit_text(reader, node, what, ret_word))
		return false;
	slash = strchr(ret_word->text, '/');
	if (slash != NULL && slash > ret_word->text && slash[1] != '\0' &&
	    ret_word->text[strspn(ret_word->text, LETTERS DIGITS "._-/")] == '\0')
		return true;
	diag_report(reader->diag, DIAG_UNIT_SCRIPT, ret_word->span, NULL,
		    "not a phase and a script, as init-top/udev: \"%s\"", ret_word->text);
	return false;
}

bool unit_variable(struct unit_reader *reader, const struct yaml_node *node, const char *what,
		   struct word *ret_word)
{
	if (!unit_text(reader, node, what, ret_word))
		return false;
	if (ret_word->text[0] != '\0' && strchr(DIGITS, ret_word->text[0]) == NULL &&
	    ret_word->text[strspn(ret_word->text, LETTERS DIGITS "_")] == '\0')
		return true;
	diag_report(reader->diag, DIAG_UNIT_VARIABLE, ret_word->span, NULL,
		    "not the name of a shell variable: \"%s\"", ret_word->text);
	return false;
}
