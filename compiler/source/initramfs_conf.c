/* initramfs.conf(5) of the sysroot: files of shell assignments that mkinitramfs copies into the
 * image, where init sources them before it looks at the kernel command line (initramfs-tools
 * 0.142). Only plain assignments are read here; a value that is computed is not known. */
#include "initramfs_conf.h"
#include "reference.h"
#include "text.h"
#include "../image/path.h"
#include "../scripts/shell.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <string.h>
#include <unistd.h>

#define SHARED "usr/share/initramfs-tools/conf.d"
#define LOCAL  "etc/initramfs-tools/conf.d"

/* --- files ---------------------------------------------------------------- */

static void set(struct model *model, const char *name, struct word value)
{
	for (size_t i = 0; i < model->initramfs_conf.count; i++)
		if (strcmp(model->initramfs_conf.item[i].name, name) == 0) {
			model->initramfs_conf.item[i].value = value;
			return;
		}
	vec_push(model->arena, &model->initramfs_conf, (struct setting){name, value});
}

/* The last assignment counts. What stands under a condition may hold or not, so afterwards nobody
 * knows. */
static void take(struct model *model, const struct shell_script *script, const shell_list *commands)
{
	for (size_t i = 0; i < commands->count; i++) {
		const struct shell_command *command = commands->item[i];

		for (size_t j = 0; j < command->clauses.count; j++)
			take(model, script, &command->clauses.item[j].body);
		for (size_t j = 0; j < command->assignments.count; j++) {
			const struct shell_assignment *given = &command->assignments.item[j];
			struct word value = {
				NULL,
				{script->text, given->value.offset, given->value.length, NULL}};

			if (commands == &script->commands)
				value.text = shell_literal(model->arena, &given->value);
			set(model, given->name, value);
		}
	}
}

static void read_file(struct model *model, struct diag *diag, int root_fd, const char *path)
{
	const struct text *text = text_read(model->arena, root_fd, path, path);
	struct shell_script script;

	if (text != NULL)
		vec_push(model->arena, &model->initramfs_files, path);
	if (text != NULL && text_check(diag, text)) {
		shell_parse(model->arena, text, &script);
		take(model, &script, &script.commands);
	} else if (text == NULL && errno != ENOENT && errno != ENOTDIR && errno != EISDIR) {
		diag_report(diag, DIAG_UNREADABLE, (struct span){.name = path}, NULL,
			    "cannot be read: %s", strerror(errno));
	}
}

/* mkinitramfs takes names as run-parts(8) does, and no dpkg leftovers. */
static bool counts(const char *name)
{
	for (const char *c = name; *c != '\0'; c++)
		if (!isalnum((unsigned char)*c) && (c == name || strchr("._-", *c) == NULL))
			return false;
	return fnmatch("*.dpkg-*", name, 0) != 0;
}

static void read_directory(struct model *model, struct diag *diag, int root_fd, const char *path)
{
	path_names names = path_list(model->arena, root_fd, path, "*");

	for (size_t i = 0; i < names.count; i++) {
		int masked = -1;

		if (!counts(names.item[i]))
			continue;
		if (strcmp(path, SHARED) == 0)
			masked = sysroot_open(
				root_fd, arena_printf(model->arena, LOCAL "/%s", names.item[i]),
				O_PATH | O_CLOEXEC);
		if (masked >= 0)
			close(masked);
		else
			read_file(model, diag, root_fd,
				  arena_printf(model->arena, "%s/%s", path, names.item[i]));
	}
}

/* --- what it means -------------------------------------------------------- */

const struct word *initramfs_conf_value(const struct model *model, const char *name)
{
	for (size_t i = 0; i < model->initramfs_conf.count; i++)
		if (strcmp(model->initramfs_conf.item[i].name, name) == 0)
			return &model->initramfs_conf.item[i].value;
	return NULL;
}

static bool is_on_command_line(const struct model *model, enum parameter_id id)
{
	for (size_t i = 0; i < model->parameters.count; i++)
		if (model->parameters.item[i].id == id)
			return true;
	return false;
}

/* The value stands for a parameter that the command line does not give. */
static void give(struct model *model, enum parameter_id id, const char *name)
{
	const struct word *value = initramfs_conf_value(model, name);

	if (value != NULL && value->text != NULL && *value->text != '\0' &&
	    !is_on_command_line(model, id))
		vec_push(model->arena, &model->parameters, (struct parameter_given){id, *value});
}

/* "auto" is what the facts have, see chain/resume.c. */
static void give_resume(struct model *model, struct diag *diag)
{
	const struct word *resume = initramfs_conf_value(model, "RESUME");

	if (resume == NULL || resume->text == NULL || *resume->text == '\0' ||
	    strcmp(resume->text, "none") == 0 || strcmp(resume->text, "auto") == 0 ||
	    is_on_command_line(model, PARAMETER_RESUME) || !reference_check(diag, *resume))
		return;
	give(model, PARAMETER_RESUME, "RESUME");
}

/* What `dpkg --print-architecture` says: that of dpkg itself, in its table of packages
 * (dpkg-query(1)). */
static void read_architecture(struct model *model, int root_fd)
{
	static const char head[] = "Package: dpkg\n", field[] = "\nArchitecture: ";
	size_t size;
	const char *data =
		(const char *)path_read(model->arena, root_fd, "var/lib/dpkg/status", &size);
	const char *stanza, *end, *line;

	if (data == NULL)
		return;
	stanza = memmem(data, size, head, sizeof head - 1);
	if (stanza == NULL || (stanza > data && stanza[-1] != '\n'))
		return;
	end = memmem(stanza, size - (size_t)(stanza - data), "\n\n", 2);
	if (end == NULL)
		end = data + size;
	line = memmem(stanza, (size_t)(end - stanza), field, sizeof field - 1);
	if (line == NULL)
		return;
	line += sizeof field - 1;
	end = memchr(line, '\n', (size_t)(data + size - line));
	if (end != NULL)
		model->architecture = arena_strndup(model->arena, line, (size_t)(end - line));
}

void source_initramfs_conf(struct model *model, struct diag *diag, int root_fd)
{
	read_file(model, diag, root_fd, "etc/initramfs-tools/initramfs.conf");
	read_directory(model, diag, root_fd, SHARED);
	read_directory(model, diag, root_fd, LOCAL);
	read_architecture(model, root_fd);
	give_resume(model, diag);
	give(model, PARAMETER_RUNSIZE, "RUNSIZE");
}
