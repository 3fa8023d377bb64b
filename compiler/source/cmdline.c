/* The kernel command line of --cmdline: words between white space, without quoting, as initramfs-
 * tools and PID 1 read them. The last of several spellings of one parameter wins. */
#include "../model.h"
#include "reference.h"
#include "text.h"

#include <string.h>

/* Words that are near one of ours, and somebody else's: initramfs-tools(7), kernel-parameters.txt.
 */
static const char *const not_ours[] = {"boot=", "rdinit=", "initrd=", "panic_print=", "rootwait="};

static bool has_prefix(const char *text, const char *prefix)
{
	return strncmp(text, prefix, strlen(prefix)) == 0;
}

static bool ends_in_equals(const char *text)
{
	return text[strlen(text) - 1] == '=';
}

static struct parameter_given *given(struct model *model, enum parameter_id id)
{
	size_t i;

	for (i = 0; i < model->parameters.count; i++)
		if (model->parameters.item[i].id == id)
			return &model->parameters.item[i];
	vec_push(model->arena, &model->parameters, (struct parameter_given){.id = id});
	return &model->parameters.item[model->parameters.count - 1];
}

/* The row of parameters.def that a word is spelt by, if there is one: its value is the rest of the
 * word, or what the row says. */
static bool read_parameter(struct word word, enum parameter_id *ret_id, struct word *ret_value)
{
	const char *spelling, *value;
	bool found = false;
	unsigned i;

	for (i = 0; (spelling = parameter_spelling(i, ret_id, &value)) != NULL; i++) {
		size_t length = strlen(spelling);

		if (value[0] == '\0' && ends_in_equals(spelling) &&
		    has_prefix(word.text, spelling)) {
			struct span span = word.span;

			span.offset += length;
			span.length -= length;
			*ret_value = (struct word){word.text + length, span};
			found = true;
		} else if (strcmp(word.text, spelling) == 0) {
			*ret_value = (struct word){value, word.span};
			found = true;
		}
		if (found)
			break;
	}
	return found;
}

/* The spelling that a word is nearly. Words with a value are compared up to the equals sign, unless
 * the value belongs to the spelling (fsck.mode=skip). */
static const char *nearest_spelling(struct arena *arena, const char *word)
{
	VEC(const char *) keys = {0};
	VEC(const char *) words = {0};
	const char *spelling, *value, *nearest, *equals = strchr(word, '=');
	const char *key =
		equals == NULL ? word : arena_strndup(arena, word, (size_t)(equals - word) + 1);
	enum parameter_id id;
	unsigned i;

	for (i = 0; i < sizeof not_ours / sizeof not_ours[0]; i++)
		if (strcmp(key, not_ours[i]) == 0)
			return NULL;
	for (i = 0; (spelling = parameter_spelling(i, &id, &value)) != NULL; i++) {
		if (strchr(spelling, '=') != NULL && !ends_in_equals(spelling))
			vec_push(arena, &words, spelling);
		else
			vec_push(arena, &keys, spelling);
	}
	nearest = diag_nearest(key, keys.item, keys.count);
	return nearest != NULL ? nearest : diag_nearest(word, words.item, words.count);
}

/* The real system's systemd-udevd and systemd heed some words of this form, too, wherever they run.
 */
static bool is_for_dracut(const char *word)
{
	return has_prefix(word, "rd.") && !has_prefix(word, "rd.udev.") &&
	       !has_prefix(word, "rd.systemd.");
}

static void check_unknown(struct model *model, struct diag *diag, struct word word)
{
	const char *nearest = nearest_spelling(model->arena, word.text);
	const char *hint = NULL;

	if (is_for_dracut(word.text)) {
		diag_report(diag, DIAG_CMDLINE_DRACUT, word.span, NULL,
			    "\"%s\" says something to dracut, and nothing here", word.text);
		return;
	}
	if (nearest == NULL && !has_prefix(word.text, "bootgraph."))
		return; /* the kernel's, or another program's */
	if (nearest != NULL)
		hint = arena_printf(model->arena, "did you mean \"%s\"?", nearest);
	diag_report(diag, DIAG_CMDLINE_WORD, word.span, hint, "unknown parameter: \"%s\"",
		    word.text);
}

/* Returns whether the value can be used. */
static bool check_value(struct diag *diag, enum parameter_id id, struct word value)
{
	switch (id) {
	case PARAMETER_ROOT:
	case PARAMETER_RESUME:
		return value.text[0] == '\0' || reference_check(diag, value);
	case PARAMETER_ROOTDELAY:
		if (value.text[strspn(value.text, "0123456789.")] == '\0')
			return true;
		diag_report(diag, DIAG_CMDLINE_NUMBER, value.span, NULL,
			    "not a number of seconds: \"%s\"", value.text);
		return false;
	default:
		return true;
	}
}

static void read_word(struct model *model, struct diag *diag, struct word word)
{
	enum parameter_id id;
	struct word value;

	if (!read_parameter(word, &id, &value))
		check_unknown(model, diag, word);
	else if (check_value(diag, id, value))
		given(model, id)->value = value;
}

static bool is_space(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

void source_cmdline(struct model *model, struct diag *diag, const struct text *text)
{
	size_t at = 0;

	while (at < text->size) {
		size_t from;

		while (at < text->size && is_space(text->data[at]))
			at++;
		from = at;
		while (at < text->size && !is_space(text->data[at]))
			at++;
		if (at > from) {
			const char *word =
				arena_strndup(model->arena, text->data + from, at - from);

			read_word(model, diag, (struct word){word, {text, from, at - from, NULL}});
		}
	}
}
