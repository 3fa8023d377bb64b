/* modprobe.d(5) of the sysroot, as far as it applies where no modprobe runs. Aliases and soft
 * dependencies are left to libkmod. */
#include <stdlib.h>
#include <string.h>

#include "modules.h"
#include "path.h"

const char *module_name_normalise(struct arena *arena, const char *name)
{
	char *normal = arena_strdup(arena, name);

	for (char *c = normal; *c != '\0'; c++)
		if (*c == '-')
			*c = '_';
	return normal;
}

bool module_config_is_blacklisted(const struct module_config *config, const char *name)
{
	for (size_t i = 0; i < config->blacklist.count; i++)
		if (strcmp(config->blacklist.item[i], name) == 0)
			return true;
	return false;
}

/* `install NAME /bin/true` and the like: the usual way to switch a module off for good. */
static bool does_nothing(const char *command)
{
	const char *name = path_name(command);

	return strcmp(name, "true") == 0 || strcmp(name, "false") == 0;
}

static void read_line(struct arena *arena, struct module_config *config, char *line)
{
	char *rest = NULL;
	const char *keyword = strtok_r(line, " \t\r", &rest);
	const char *name = strtok_r(NULL, " \t\r", &rest);

	if (keyword == NULL || name == NULL || *keyword == '#')
		return;
	name = module_name_normalise(arena, name);
	rest += strspn(rest, " \t");
	if (strcmp(keyword, "blacklist") == 0 ||
	    (strcmp(keyword, "install") == 0 && does_nothing(rest)))
		vec_push(arena, &config->blacklist, name);
	if (strcmp(keyword, "options") == 0 && *rest != '\0')
		vec_push(arena, &config->options,
			 ((struct module_options){name, arena_strdup(arena, rest)}));
}

/* Lines, with backslash-newline joining two. */
static void read_file(struct arena *arena, int root_fd, struct module_config *config,
		      const char *path)
{
	struct path_walk walk;
	char *text, *line, *joint;
	size_t size;

	if (path_walk(arena, root_fd, path, &walk) < 0)
		return;
	text = (char *)path_read(arena, root_fd, walk.path, &size);
	for (joint = text; joint != NULL && (joint = strstr(joint, "\\\n")) != NULL;)
		joint[0] = joint[1] = ' ';
	while (text != NULL && (line = strsep(&text, "\n")) != NULL)
		read_line(arena, config, line);
}

/* A file of the same name in a directory of higher precedence stands in its place. */
static bool is_masked(struct arena *arena, int root_fd, const struct module_config *config,
		      size_t directory, const char *name)
{
	struct path_walk walk;

	for (size_t i = 0; i < directory; i++)
		if (path_walk(arena, root_fd,
			      arena_printf(arena, "%s/%s", config->directories.item[i], name),
			      &walk) == 0)
			return true;
	return false;
}

static int compare_paths(const void *a, const void *b)
{
	return strcmp(path_name(*(const char *const *)a), path_name(*(const char *const *)b));
}

static void find_directories(struct arena *arena, int root_fd, struct module_config *config)
{
	/* modprobe.d(5), but for /run: that is the running system's, not the sysroot's. */
	static const char *const directories[] = {
		"/etc/modprobe.d",
		"/usr/local/lib/modprobe.d",
		"/usr/lib/modprobe.d",
		"/lib/modprobe.d",
	};
	struct path_walk walk;

	for (size_t i = 0; i < sizeof directories / sizeof *directories; i++) {
		bool known = false;

		if (path_walk(arena, root_fd, directories[i], &walk) < 0 ||
		    !S_ISDIR(walk.status.st_mode))
			continue;
		for (size_t j = 0; j < config->directories.count; j++)
			known = known || strcmp(config->directories.item[j], walk.path) == 0;
		if (!known)
			vec_push(arena, &config->directories, walk.path);
	}
}

struct module_config *module_config_read(struct arena *arena, int root_fd)
{
	struct module_config *config = arena_alloc(arena, sizeof *config);
	VEC(const char *) files = {0};

	find_directories(arena, root_fd, config);
	for (size_t i = 0; i < config->directories.count; i++) {
		const char *directory = config->directories.item[i];
		path_names names = path_list(arena, root_fd, directory, "*.conf");

		for (size_t j = 0; j < names.count; j++)
			if (!is_masked(arena, root_fd, config, i, names.item[j]))
				vec_push(arena, &files,
					 arena_printf(arena, "%s/%s", directory, names.item[j]));
	}
	if (files.count > 1)
		qsort(files.item, files.count, sizeof *files.item, compare_paths);
	for (size_t i = 0; i < files.count; i++)
		read_file(arena, root_fd, config, files.item[i]);
	return config;
}
