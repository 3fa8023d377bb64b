/* etc/initramfs-tools/modules and modules.d of packages: what init loads whatever the machine is
 * (initramfs-tools 0.142: mkinitramfs, add_modules_from_file, load_modules). */
#include "listed_modules.h"
#include "text.h"
#include "../image/path.h"

#include <errno.h>
#include <string.h>

#define LOCAL  "etc/initramfs-tools/modules"
#define SHARED "usr/share/initramfs-tools/modules.d"

static bool is_same_module(const char *a, const char *b)
{
	for (; *a != '\0' && *b != '\0'; a++, b++)
		if (*a != *b && (strchr("-_", *a) == NULL || strchr("-_", *b) == NULL))
			return false;
	return *a == *b;
}

/* One that is loaded is not loaded again: the first line counts. */
static bool is_listed(const struct model *model, const char *name)
{
	for (size_t i = 0; i < model->listed_modules.count; i++)
		if (is_same_module(model->listed_modules.item[i].name.text, name))
			return true;
	return false;
}

/* A name, and what are its options: "dummy numdummies=2". */
static void take_line(struct model *model, const struct text *text, size_t at, size_t length)
{
	const char *line = text->data + at;
	size_t begin = 0, end, options;
	struct listed_module module;

	while (begin < length && strchr(" \t", line[begin]) != NULL)
		begin++;
	for (end = begin; end < length && strchr(" \t", line[end]) == NULL; end++)
		;
	for (options = end; options < length && strchr(" \t", line[options]) != NULL; options++)
		;
	while (length > options && strchr(" \t", line[length - 1]) != NULL)
		length--;
	if (end == begin || line[begin] == '#')
		return;
	module.name = (struct word){arena_strndup(model->arena, line + begin, end - begin),
				    {text, at + begin, end - begin, NULL}};
	module.options = (struct word){
		arena_strndup(model->arena, line + options, length - options), module.name.span};
	if (!is_listed(model, module.name.text))
		vec_push(model->arena, &model->listed_modules, module);
}

static void read_file(struct model *model, struct diag *diag, int root_fd, const char *path)
{
	const struct text *text = text_read(model->arena, root_fd, path, path);
	size_t at = 0, length;

	if (text == NULL && errno != ENOENT && errno != ENOTDIR && errno != EISDIR)
		diag_report(diag, DIAG_UNREADABLE, (struct span){.name = path}, NULL,
			    "cannot be read: %s", strerror(errno));
	if (text == NULL || !text_check(diag, text))
		return;
	for (; at < text->size; at += length + 1) {
		length = strcspn(text->data + at, "\n");
		take_line(model, text, at, length);
	}
}

void source_listed_modules(struct model *model, struct diag *diag, int root_fd)
{
	path_names names = path_list(model->arena, root_fd, SHARED, "*");

	read_file(model, diag, root_fd, LOCAL);
	for (size_t i = 0; i < names.count; i++)
		read_file(model, diag, root_fd,
			  arena_printf(model->arena, SHARED "/%s", names.item[i]));
}
