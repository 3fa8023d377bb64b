/* /etc/ld.so.conf: directories, one a line, and `include PATTERN` lines. ldconfig(8) */
#include <string.h>

#include "library.h"

/* Includes of includes; as many as any real configuration nests, and an end to a loop. */
enum { INCLUDES_MAX = 8 };

struct reader {
	struct arena *arena;
	int root_fd;
	struct library_paths *paths;
};

static void read_configuration(struct reader *reader, const char *path, unsigned depth);

/* The files of one directory that match. ldconfig allows wildcards in directories too; no
 * distribution has any there. */
static void include(struct reader *reader, const char *pattern, unsigned depth)
{
	const char *directory = path_parent(reader->arena, pattern);
	path_names names = path_list(reader->arena, reader->root_fd, directory, path_name(pattern));

	for (size_t i = 0; i < names.count; i++)
		read_configuration(reader,
				   arena_printf(reader->arena, "%s/%s", directory, names.item[i]),
				   depth + 1);
}

/* One line without its end; directories may also be separated by blanks, commas and colons, and
 * end in "=TYPE". */
static void read_line(struct reader *reader, const char *path, char *line, unsigned depth)
{
	static const char separators[] = " \t\r,:";
	char *rest = NULL, *word;

	line[strcspn(line, "#")] = '\0';
	word = strtok_r(line, separators, &rest);
	if (word != NULL && strcmp(word, "include") == 0) {
		while ((word = strtok_r(NULL, " \t\r", &rest)) != NULL) {
			const char *pattern = word;
			if (*word != '/')
				pattern = arena_printf(reader->arena, "%s/%s",
						       path_parent(reader->arena, path), word);
			include(reader, pattern, depth);
		}
		return;
	}
	for (; word != NULL; word = strtok_r(NULL, separators, &rest)) {
		word[strcspn(word, "=")] = '\0';
		if (*word == '/')
			vec_push(reader->arena, &reader->paths->configured,
				 arena_strdup(reader->arena, word));
	}
}

static void read_configuration(struct reader *reader, const char *path, unsigned depth)
{
	struct path_walk walk;
	char *text, *line;
	size_t size;

	if (depth > INCLUDES_MAX || path_walk(reader->arena, reader->root_fd, path, &walk) < 0)
		return;
	text = (char *)path_read(reader->arena, reader->root_fd, walk.path, &size);
	while (text != NULL && (line = strsep(&text, "\n")) != NULL)
		read_line(reader, path, line, depth);
}

void library_paths_read(struct arena *arena, int root_fd, struct library_paths *ret_paths)
{
	struct reader reader = {arena, root_fd, ret_paths};

	*ret_paths = (struct library_paths){0};
	read_configuration(&reader, "/etc/ld.so.conf", 0);
}
