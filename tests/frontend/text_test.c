/* Reading below a sysroot: with openat2, without it (a seccomp filter says ENOSYS, as old kernels
 * do), and both the same. Then what only functions can be asked: diag_nearest, span_position. */
#include "../../compiler/source/text.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

static unsigned failures;

static void __attribute__((format(printf, 2, 3))) check(bool good, const char *format, ...)
{
	va_list arguments;

	if (good)
		return;
	failures++;
	va_start(arguments, format);
	vprintf(format, arguments);
	va_end(arguments);
	putchar('\n');
}

/* --- a sysroot ------------------------------------------------------------ */

enum { ROOT_MODE = 0755, CHAIN = 45 };

/* Everything that has to succeed for the test to mean anything. */
static void must(int result, const char *what)
{
	if (result >= 0)
		return;
	perror(what);
	exit(2);
}

static void write_file(int directory, const char *path, const char *content)
{
	int fd = openat(directory, path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);

	must(fd, path);
	must((int)write(fd, content, strlen(content)), path);
	close(fd);
}

/* above/secret must never be reached from above/root. */
static int make_sysroot(int above)
{
	static const struct {
		const char *target, *path;
	} links[] = {
		{"/etc/fstab", "absolute"},
		{"etc/fstab", "relative"},
		{"../../../secret", "out"},
		{"/../secret", "out-absolute"},
		{"/etc", "usr/etc"},
		{"../etc", "usr/up"},
		{"nowhere", "dangling"},
		{"loop", "loop"},
		{"/", "self"},
		{"..", "usr/parent"},
		{"usr/lib/", "slash"},
		{"chain0", "chain"},
		{"etc/fstab", "chain39"},
	};
	char path[32], target[32];
	size_t i;
	int root;

	write_file(above, "secret", "secret");
	must(mkdirat(above, "root", ROOT_MODE), "root");
	root = openat(above, "root", O_PATH | O_DIRECTORY | O_CLOEXEC);
	must(root, "root");
	must(mkdirat(root, "etc", ROOT_MODE), "etc");
	must(mkdirat(root, "usr", ROOT_MODE), "usr");
	must(mkdirat(root, "usr/lib", ROOT_MODE), "usr/lib");
	write_file(root, "etc/fstab", "fstab");
	write_file(root, "usr/lib/file", "file");
	must(mkfifoat(root, "fifo", 0644), "fifo");
	for (i = 0; i < sizeof links / sizeof links[0]; i++)
		must(symlinkat(links[i].target, root, links[i].path), links[i].path);
	/* chain0 leads to the file in 40 links, long0 would in CHAIN. */
	for (i = 0; i < 39; i++) {
		snprintf(path, sizeof path, "chain%zu", i);
		snprintf(target, sizeof target, "chain%zu", i + 1);
		must(symlinkat(target, root, path), path);
	}
	for (i = 0; i < CHAIN; i++) {
		snprintf(path, sizeof path, "long%zu", i);
		snprintf(target, sizeof target, "long%zu", i + 1);
		must(symlinkat(target, root, path), path);
	}
	write_file(root, "long45", "long");
	return root;
}

/* --- known answers -------------------------------------------------------- */

static void test_reading(int root, const char *how)
{
	static const struct {
		const char *path, *content;
		int error;
	} cases[] = {
		{"etc/fstab", "fstab", 0},
		{"/etc/fstab", "fstab", 0},
		{"//etc/.//fstab", "fstab", 0},
		{"etc/../etc/fstab", "fstab", 0},
		{"../../etc/fstab", "fstab", 0},
		{"absolute", "fstab", 0},
		{"relative", "fstab", 0},
		{"usr/etc/fstab", "fstab", 0},
		{"usr/up/fstab", "fstab", 0},
		{"usr/parent/usr/parent/etc/fstab", "fstab", 0},
		{"self/self/absolute", "fstab", 0},
		{"slash/file", "file", 0},
		{"chain0", "fstab", 0},
		{"chain", NULL, ELOOP},
		{"long0", NULL, ELOOP},
		{"loop", NULL, ELOOP},
		{"out", NULL, ENOENT},
		{"out-absolute", NULL, ENOENT},
		{"../secret", NULL, ENOENT},
		{"usr/parent/../../secret", NULL, ENOENT},
		{"dangling", NULL, ENOENT},
		{"", NULL, ENOENT},
		{"etc/fstab/", NULL, ENOTDIR},
		{"etc/fstab/x", NULL, ENOTDIR},
		{"etc/fstab/..", NULL, ENOTDIR},
		{"etc", NULL, EISDIR},
		{"etc/", NULL, EISDIR},
		{"self", NULL, EISDIR},
		{"/", NULL, EISDIR},
		{"..", NULL, EISDIR},
		{"fifo", NULL, ENOTSUP},
	};
	struct arena *arena = arena_new();
	size_t i;

	for (i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		const struct text *text = text_read(arena, root, cases[i].path, cases[i].path);
		int error = text == NULL ? errno : 0;

		check(error == cases[i].error, "%s: \"%s\": %s instead of %s", how, cases[i].path,
		      strerror(error), strerror(cases[i].error));
		check(text == NULL || strcmp(text->data, cases[i].content) == 0,
		      "%s: \"%s\" has the content \"%s\"", how, cases[i].path,
		      text == NULL ? "" : text->data);
	}
	arena_free(arena);
}

/* --- the two ways compared ------------------------------------------------ */

enum { PATHS = 20000, NAMES_MAX = 8 };

/* A path from a number: names that exist, that lead somewhere, and that do not, with odd slashes.
 */
static void make_path(unsigned seed, char path[256])
{
	static const char *const names[] = {"etc",	"usr",	    "lib",    "fstab",	"absolute",
					    "relative", "out",	    "up",     "parent", "self",
					    "slash",	"loop",	    "..",     ".",	"file",
					    "chain",	"dangling", "chain0", "none",	"secret"};
	static const char *const slashes[] = {"/", "/", "/", "//", "/./"};
	unsigned state = seed * 2654435761u + 1, count, i;

	path[0] = '\0';
	count = 1 + (state >> 8) % NAMES_MAX;
	for (i = 0; i < count; i++) {
		state = state * 1664525u + 1013904223u;
		strcat(path, i > 0 || state >> 30 == 0 ? slashes[(state >> 4) % 5] : "");
		strcat(path, names[(state >> 16) % (sizeof names / sizeof names[0])]);
	}
	if (state >> 29 == 0)
		strcat(path, "/");
}

/* The file that a path leads to, as its inode, or minus errno. */
static long answer(int root, const char *path, int flags)
{
	struct stat status;
	int fd = sysroot_open(root, path, O_PATH | O_CLOEXEC | flags);
	long result;

	if (fd < 0)
		return -errno;
	result = fstat(fd, &status) < 0 ? -errno : (long)status.st_ino;
	close(fd);
	return result;
}

static void answer_all(int root, long *answers)
{
	char path[256];
	unsigned i;

	for (i = 0; i < PATHS; i++) {
		make_path(i, path);
		answers[i] = answer(root, path, i % 3 == 0 ? O_NOFOLLOW : 0);
	}
}

/* From here on openat2 fails as on Linux before 5.6. */
static void forbid_openat2(void)
{
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_openat2, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | ENOSYS),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog program = {sizeof code / sizeof code[0], code};

	must(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), "PR_SET_NO_NEW_PRIVS");
	must(prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program), "PR_SET_SECCOMP");
}

static void test_without_openat2(int root, long *answers)
{
	pid_t child;
	int status;

	fflush(stdout);
	child = fork();
	must(child, "fork");
	if (child == 0) {
		failures = 0;
		forbid_openat2();
		test_reading(root, "walking");
		answer_all(root, answers);
		fflush(stdout);
		_exit(failures > 0);
	}
	must(waitpid(child, &status, 0), "waitpid");
	check(status == 0, "walking: child ended with status 0x%x", status);
}

static void test_sysroot(int root)
{
	size_t size = 2 * PATHS * sizeof(long);
	long *answers = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	unsigned found = 0, i;
	char path[256];

	must(answers == MAP_FAILED ? -1 : 0, "mmap");
	test_reading(root, "openat2");
	answer_all(root, answers);
	test_without_openat2(root, answers + PATHS);
	for (i = 0; i < PATHS; i++) {
		make_path(i, path);
		check(answers[i] == answers[PATHS + i], "\"%s\": openat2 %ld, walking %ld", path,
		      answers[i], answers[PATHS + i]);
		found += answers[i] > 0;
	}
	check(found > PATHS / 20 && found < PATHS / 20 * 19, "%u of %d paths lead somewhere", found,
	      PATHS);
	munmap(answers, size);
}

/* --- diagnostics ---------------------------------------------------------- */

static void test_nearest(void)
{
	static const char *const words[] = {"requires", "wants",	  "after",
					    "on",	"needs-binaries", "rootdelay="};
	static const struct {
		const char *word, *nearest;
	} cases[] = {
		{"require", "requires"},
		{"reqiures", "requires"},
		{"wnats", "wants"},
		{"want", "wants"},
		{"wa", NULL},
		{"no", NULL},
		{"need-binaries", "needs-binaries"},
		{"daemon", NULL},
		{"rootdely=", "rootdelay="},
		{"root=", NULL},
		{"", NULL},
		{"a-word-that-is-longer-than-all-words-that-anybody-would-ever-think-of-writing",
		 NULL},
	};
	size_t i;

	for (i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		const char *nearest =
			diag_nearest(cases[i].word, words, sizeof words / sizeof words[0]);
		bool same = nearest == NULL || cases[i].nearest == NULL
				    ? nearest == cases[i].nearest
				    : strcmp(nearest, cases[i].nearest) == 0;

		check(same, "nearest to \"%s\": %s", cases[i].word,
		      nearest == NULL ? "nothing" : nearest);
	}
}

static void test_positions(void)
{
	struct arena *arena = arena_new();
	const struct text *text = text_from_memory(arena, "t", "ab\n\ncd", 6);
	static const struct {
		size_t offset, line, column;
	} cases[] = {{0, 1, 1}, {2, 1, 3}, {3, 2, 1}, {4, 3, 1}, {5, 3, 2}, {6, 3, 3}};
	size_t i, line, column;

	for (i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		span_position((struct span){text, cases[i].offset, 0, NULL}, &line, &column);
		check(line == cases[i].line && column == cases[i].column,
		      "offset %zu is at %zu:%zu", cases[i].offset, line, column);
	}
	check(strcmp(span_string(arena, (struct span){text, 4, 1, NULL}), "t:3:1") == 0,
	      "span_string with a text");
	check(strcmp(span_string(arena, (struct span){.name = "builtin"}), "builtin") == 0,
	      "span_string with a name");
	arena_free(arena);
}

/* Every row can be found by its id, and no two have the same one. */
static void test_rows(void)
{
	unsigned id;

	for (id = 0; id < DIAG_COUNT; id++)
		check(diag_by_name(diag_describe((enum diag_id)id)->id) == id,
		      "two rows have the id %s", diag_describe((enum diag_id)id)->id);
	check(diag_by_name("no-such-id") == DIAG_COUNT, "a row was found for no-such-id");
}

int main(void)
{
	char above[] = "/tmp/bootgraph-text-XXXXXX", *remove;
	int fd, root;

	must(mkdtemp(above) == NULL ? -1 : 0, "mkdtemp");
	fd = open(above, O_PATH | O_DIRECTORY | O_CLOEXEC);
	must(fd, above);
	root = make_sysroot(fd);
	test_sysroot(root);
	test_nearest();
	test_positions();
	test_rows();
	close(root);
	close(fd);
	must(asprintf(&remove, "rm -rf %s", above), "asprintf");
	must(system(remove), remove);
	free(remove);
	return failures > 0;
}
