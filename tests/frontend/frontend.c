/* The front end by itself: reads the sources that `bootgraph compile` reads, reports what is wrong
 * with them, and can print the model that came of them.
 *
 *   frontend [--print] [--root DIR] [--units DIR]... [--cmdline TEXT]
 *
 * Exit status: 0 fine, 1 errors reported, 2 usage. */
#include "../../compiler/model.h"
#include "../../compiler/source/settings.h"
#include "../../compiler/source/storage.h"
#include "../../compiler/source/text.h"
#include "print.h"

#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

typedef void source(struct model *model, struct diag *diag, const struct text *text);

static void read_source(struct model *model, struct diag *diag, int root_fd, const char *path,
			const char *name, source *source)
{
	const struct text *text = text_read(model->arena, root_fd, path, name);

	if (text == NULL)
		diag_report(diag, DIAG_UNREADABLE, (struct span){.name = name}, NULL,
			    "cannot be read: %s", strerror(errno));
	else if (text_check(diag, text))
		source(model, diag, text);
}

static void read_units(struct model *model, struct diag *diag, const char *directory)
{
	int fd = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0) {
		perror(directory);
		exit(2);
	}
	source_unit_directory(model, diag, fd, directory);
	close(fd);
}

static void read_root(struct model *model, struct diag *diag, const char *directory)
{
	int fd = open(directory, O_PATH | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0) {
		perror(directory);
		exit(2);
	}
	settings_read(model, diag, fd);
	read_source(model, diag, fd, "etc/fstab", "etc/fstab", source_fstab);
	source_storage(model, diag, fd);
	close(fd);
}

static void read_command_line(struct model *model, struct diag *diag, const char *command_line)
{
	const struct text *text =
		text_from_memory(model->arena, "--cmdline", command_line, strlen(command_line));

	if (text_check(diag, text))
		source_cmdline(model, diag, text);
}

int main(int argc, char **argv)
{
	static const struct option options[] = {{"print", no_argument, NULL, 'p'},
						{"root", required_argument, NULL, 'r'},
						{"units", required_argument, NULL, 'u'},
						{"cmdline", required_argument, NULL, 'c'},
						{NULL, 0, NULL, 0}};
	struct model model = {.arena = arena_new()};
	struct diag diag = {.out = stderr};
	bool print = false;
	int option;

	while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
		switch (option) {
		case 'p':
			print = true;
			break;
		case 'r':
			read_root(&model, &diag, optarg);
			break;
		case 'u':
			read_units(&model, &diag, optarg);
			break;
		case 'c':
			read_command_line(&model, &diag, optarg);
			break;
		default:
			return 2;
		}
	}
	if (print)
		print_model(stdout, &model);
	arena_free(model.arena);
	return diag.count[SEVERITY_ERROR] > 0 ? 1 : 0;
}
