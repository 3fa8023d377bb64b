#include "glob.h"
#include "init.h"
#include "log.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <unistd.h>

/* --- the plan ------------------------------------------------------------- */

/* The whole file with a NUL behind it, or NULL with errno. */
static char *read_plan(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	size_t length = 0;
	struct stat st;
	char *text = NULL;
	ssize_t n = -1;

	if (fd < 0)
		return NULL;
	if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && st.st_size <= MODULE_PLAN_MAX)
		text = malloc((size_t)st.st_size + 1);
	while (text != NULL && length < (size_t)st.st_size &&
	       (n = read(fd, text + length, (size_t)st.st_size - length)) > 0)
		length += (size_t)n;
	close(fd);
	if (text != NULL)
		text[length] = '\0';
	return text;
}

/* Cuts the next word off a line; "" at its end. */
static char *next_word(char **line)
{
	char *word = *line + strspn(*line, " \t"), *end = word + strcspn(word, " \t");

	*line = *end != '\0' ? end + 1 : end;
	*end = '\0';
	return word;
}

static bool add_pair(struct module_pairs *pairs, const char *left, const char *right)
{
	if (pairs->count == pairs->room) {
		size_t room = pairs->room > 0 ? 2 * pairs->room : 32;
		struct module_pair *pair = realloc(pairs->pair, room * sizeof *pair);

		if (pair == NULL)
			return false;
		pairs->pair = pair;
		pairs->room = room;
	}
	pairs->pair[pairs->count++] = (struct module_pair){left, right};
	return true;
}

static bool add_module(struct modules *modules, char *rest)
{
	struct module module = {.name = next_word(&rest), .path = next_word(&rest)};

	module.needs = rest;
	/* Relative and without a way out, so that a damaged plan opens nothing else. */
	if (*module.path == '\0' || *module.path == '/' || strstr(module.path, "..") != NULL ||
	    modules->count >= MODULES_MAX)
		return false;
	if (modules->count == modules->room) {
		size_t room = modules->room > 0 ? 2 * modules->room : 64;
		struct module *grown = realloc(modules->module, room * sizeof *grown);

		if (grown == NULL)
			return false;
		modules->module = grown;
		modules->room = room;
	}
	modules->module[modules->count++] = module;
	return true;
}

static bool read_line(struct modules *modules, char *line)
{
	const char *word = next_word(&line), *name;

	if (strcmp(word, "module") == 0)
		return add_module(modules, line);
	if (strcmp(word, "drivers") == 0) {
		modules->drivers = line;
		return true;
	}
	if (strcmp(word, "kernel") == 0) {
		modules->release = next_word(&line);
		return true;
	}
	if (strcmp(word, "builtin") == 0)
		return add_pair(&modules->builtins, line, "");
	if (strcmp(word, "options") == 0) {
		name = next_word(&line);
		return add_pair(&modules->options, name, line);
	}
	if (strcmp(word, "alias") == 0) {
		name = next_word(&line);
		modules->has_patterns |= strchr(name, ':') != NULL;
		return add_pair(&modules->aliases, name, next_word(&line));
	}
	return *word == '\0' || *word == '#';
}

static void read_lines(struct modules *modules, const char *path, char *text)
{
	unsigned number = 0, bad = 0, first_bad = 0;
	char *line, *end;

	for (line = text; *line != '\0'; line = end) {
		end = line + strcspn(line, "\n");
		if (*end == '\n')
			*end++ = '\0';
		number++;
		if (number == 1 ? strcmp(line, "bootgraph-modules 1") != 0
				: !read_line(modules, line)) {
			bad++;
			if (first_bad == 0)
				first_bad = number;
		}
	}
	if (bad > 0)
		say(SAY_WARNING,
		    "bootgraph: %s: %u lines cannot be read, the first of them line %u", path, bad,
		    first_bad);
}

static void check_release(const struct modules *modules)
{
	struct utsname host;

	if (uname(&host) == 0 && *modules->release != '\0' &&
	    strcmp(host.release, modules->release) != 0)
		say(SAY_ERROR,
		    "bootgraph: this image was made for kernel %s, but kernel %s is running: its "
		    "modules cannot be loaded",
		    modules->release, host.release);
}

void modules_begin(struct modules *modules, const char *path)
{
	void *load;

	modules->release = modules->drivers = "";
	modules->text = read_plan(path);
	if (modules->text == NULL) {
		if (errno != ENOENT)
			say(SAY_WARNING, "bootgraph: %s: %s", path, strerror(errno));
		return;
	}
	read_lines(modules, path, modules->text);
	check_release(modules);
	load = mmap(NULL, (modules->count + 1) * sizeof *modules->load, PROT_READ | PROT_WRITE,
		    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (load == MAP_FAILED) {
		say(SAY_WARNING, "bootgraph: no memory for the list of modules");
		modules->count = 0;
	} else {
		modules->load = load;
	}
}

/* --- looking up ----------------------------------------------------------- */

static char plain(char c)
{
	return c == '-' ? '_' : c;
}

/* Whether a name of length bytes is that module's. */
static bool same_name(const char *a, size_t length, const char *b)
{
	size_t i;

	for (i = 0; i < length && b[i] != '\0' && plain(a[i]) == plain(b[i]); i++)
		;
	return i == length && b[i] == '\0';
}

/* Goes through words in a text; false after the last one. */
static bool next_in(const char **at, const char *separators, const char **ret_word,
		    size_t *ret_length)
{
	*ret_word = *at + strspn(*at, separators);
	*ret_length = strcspn(*ret_word, separators);
	*at = *ret_word + *ret_length;
	return *ret_length > 0;
}

static bool list_has(const char *list, const char *separators, const char *name)
{
	const char *word;
	size_t length;

	while (next_in(&list, separators, &word, &length))
		if (same_name(word, length, name))
			return true;
	return false;
}

bool modules_have_aliases(const struct modules *modules)
{
	return modules->has_patterns;
}

static unsigned find_by_name(const struct modules *modules, const char *name, size_t length)
{
	unsigned i;

	for (i = 0; i < modules->count; i++)
		if (same_name(name, length, modules->module[i].name))
			return i;
	return MODULE_NONE;
}

/* What an alias that is no pattern stands for, or NULL. */
static const char *find_alias(const struct modules *modules, const char *name)
{
	size_t i;

	for (i = 0; i < modules->aliases.count; i++)
		if (same_name(name, strlen(name), modules->aliases.pair[i].left))
			return modules->aliases.pair[i].right;
	return NULL;
}

unsigned modules_find(const struct modules *modules, const char *name)
{
	unsigned module = find_by_name(modules, name, strlen(name));

	if (module == MODULE_NONE && (name = find_alias(modules, name)) != NULL)
		module = find_by_name(modules, name, strlen(name));
	return module;
}

unsigned modules_find_file_system(const struct modules *modules, const char *type)
{
	unsigned module = modules_find(modules, type);
	char name[64];

	if (module == MODULE_NONE && snprintf(name, sizeof name, "fs-%s", type) < (int)sizeof name)
		module = modules_find(modules, name);
	return module;
}

static bool is_builtin(const struct modules *modules, const char *name)
{
	size_t i;

	for (i = 0; name != NULL && i < modules->builtins.count; i++)
		if (list_has(modules->builtins.pair[i].left, " \t", name))
			return true;
	return false;
}

bool modules_is_builtin(const struct modules *modules, const char *name)
{
	char alias[64];

	if (is_builtin(modules, name) || is_builtin(modules, find_alias(modules, name)))
		return true;
	return snprintf(alias, sizeof alias, "fs-%s", name) < (int)sizeof alias &&
	       is_builtin(modules, find_alias(modules, alias));
}

bool modules_is_blacklisted(const struct boot *boot, const char *name)
{
	return list_has(boot->parameter[PARAMETER_BLACKLIST], ",", name);
}

unsigned modules_match(const struct modules *modules, const struct boot *boot, const char *modalias,
		       size_t *at)
{
	while (*at < modules->aliases.count) {
		const struct module_pair *pair = &modules->aliases.pair[(*at)++];
		unsigned module;

		if (strncmp(pair->left, modalias, 3) != 0 && pair->left[0] != '*')
			continue; /* another bus: most of them, and a pattern is dear */
		if (!glob_fits(pair->left, modalias) || modules_is_blacklisted(boot, pair->right))
			continue;
		module = find_by_name(modules, pair->right, strlen(pair->right));
		if (module != MODULE_NONE && !modules_is_loaded(modules, module))
			return module;
	}
	return MODULE_NONE;
}
