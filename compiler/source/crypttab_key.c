/* The files that lines of crypttab(5) name: whether they are in the sysroot, and whether
 * cryptsetup-initramfs puts them into the image (cryptsetup 2:2.6.1-4, debian/initramfs/hooks/
 * cryptroot: crypttab_print_entry; debian/functions: crypttab_key_check). */
#include "crypttab_check.h"
#include "text.h"
#include "../scripts/shell.h"

#include <errno.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define CONF_HOOK "etc/cryptsetup-initramfs/conf-hook"

/* --- files of the sysroot ------------------------------------------------- */

enum presence crypttab_look(const struct crypttab_checker *checker, const char *path,
			    struct stat *ret_status)
{
	int fd = sysroot_open(checker->root_fd, path, O_PATH | O_CLOEXEC), error = 0;

	if (fd < 0)
		return errno == ENOENT || errno == ENOTDIR ? ABSENT : UNSEEN;
	if (fstat(fd, ret_status) < 0)
		error = errno;
	close(fd);
	errno = error;
	return error == 0 ? PRESENT : UNSEEN;
}

static void report_unseen(const struct crypttab_checker *checker, struct word path)
{
	diag_report(checker->diag, DIAG_CRYPTTAB_UNSEEN, path.span, NULL,
		    "%s cannot be looked at: %s", path.text, strerror(errno));
}

/* --- KEYFILE_PATTERN ------------------------------------------------------ */

/* The hook sources the file, so the last assignment counts. One inside of a condition, or with
 * something to expand, is beyond what can be read. */
static void find_assignments(struct crypttab_checker *checker, const struct shell_script *script,
			     const shell_list *commands)
{
	size_t i, j, k;

	for (i = 0; i < commands->count; i++) {
		const struct shell_command *command = commands->item[i];

		for (j = 0; j < command->clauses.count; j++)
			find_assignments(checker, script, &command->clauses.item[j].body);
		for (k = 0; k < command->assignments.count; k++) {
			const struct shell_assignment *set = &command->assignments.item[k];
			const char *value = shell_literal(checker->model->arena, &set->value);

			if (strcmp(set->name, "KEYFILE_PATTERN") != 0)
				continue;
			checker->keyfile_pattern = (struct word){
				value, {script->text, set->value.offset, set->value.length, NULL}};
			checker->pattern_unknown = value == NULL || commands != &script->commands;
		}
	}
}

void crypttab_read_pattern(struct crypttab_checker *checker)
{
	const struct text *text =
		text_read(checker->model->arena, checker->root_fd, CONF_HOOK, CONF_HOOK);
	struct shell_script script;

	if (text == NULL) {
		checker->pattern_unknown = errno != ENOENT && errno != ENOTDIR;
		if (checker->pattern_unknown)
			diag_report(checker->diag, DIAG_UNREADABLE,
				    (struct span){.name = CONF_HOOK}, NULL, "cannot be read: %s",
				    strerror(errno));
		return;
	}
	if (!text_check(checker->diag, text)) {
		checker->pattern_unknown = true;
		return;
	}
	shell_parse(checker->model->arena, text, &script);
	find_assignments(checker, &script, &script.commands);
	if (checker->pattern_unknown)
		diag_report(checker->diag, DIAG_CRYPTTAB_CONF_HOOK, checker->keyfile_pattern.span,
			    NULL, "the value of KEYFILE_PATTERN is not known");
}

/* As `case $key in $KEYFILE_PATTERN)`: a star takes slashes, too. */
static bool gets_into_image(const struct crypttab_checker *checker, const char *key)
{
	const char *pattern = checker->keyfile_pattern.text;

	return checker->pattern_unknown || (pattern != NULL && fnmatch(pattern, key, 0) == 0);
}

bool crypttab_key_is_wanted(const struct crypttab_checker *checker, const struct crypttab_row *row)
{
	return !checker->pattern_unknown && crypttab_find(row, CRYPTTAB_KEYSCRIPT) == NULL &&
	       row->key.text != NULL && row->key.text[0] == '/' &&
	       gets_into_image(checker, row->key.text);
}

/* --- key files ------------------------------------------------------------ */

/* The line of fstab whose file system a path lies on; NULL if there is none. */
static const struct fstab_row *mount_of(const struct model *model, const char *path)
{
	const struct fstab_row *best = NULL;
	size_t best_length = 0, i;

	for (i = 0; i < model->fstab.count; i++) {
		const struct fstab_row *mount = &model->fstab.item[i];
		size_t length = strlen(mount->where.text);

		if (strcmp(mount->where.text, "/") == 0)
			length = 0; /* every path goes on behind it */
		else if (mount->where.text[0] != '/' ||
			 strncmp(path, mount->where.text, length) != 0 || path[length] != '/')
			continue;
		if (best == NULL || length >= best_length) {
			best = mount;
			best_length = length;
		}
	}
	return best;
}

/* systemd's "path:device". */
static bool is_on_other_device(const char *key)
{
	return strstr(key, ":/dev/") != NULL || strstr(key, ":UUID=") != NULL ||
	       strstr(key, ":LABEL=") != NULL || strstr(key, ":PARTUUID=") != NULL ||
	       strstr(key, ":PARTLABEL=") != NULL;
}

/* Whether the field is the path of a file, for both dialects. */
static bool check_key_form(const struct crypttab_checker *checker, struct word key)
{
	if (strcmp(key.text, "-") == 0)
		diag_report(checker->diag, DIAG_CRYPTTAB_KEY, key.span, "write none",
			    "only systemd takes \"-\" for no key");
	else if (is_on_other_device(key.text))
		diag_report(checker->diag, DIAG_CRYPTTAB_KEY, key.span, NULL,
			    "only systemd looks for a key on another device");
	else if (key.text[0] != '/')
		diag_report(checker->diag, DIAG_CRYPTTAB_KEY, key.span,
			    strcmp(key.text, "\"none\"") == 0 ? "write none" : NULL,
			    "not an absolute path: \"%s\"", key.text);
	else
		return true;
	return false;
}

static void check_key_status(const struct crypttab_checker *checker, struct word key,
			     const struct stat *status)
{
	struct stat root;

	if (!S_ISREG(status->st_mode))
		return; /* a device: its key is what is on it */
	if ((status->st_mode & 077) != 0)
		diag_report(checker->diag, DIAG_CRYPTTAB_KEY_MODE, key.span, NULL,
			    "key file has mode %04o: %s", (unsigned)status->st_mode & 07777,
			    key.text);
	/* A sysroot that somebody unpacked for themselves has no other owner than them. */
	else if (fstat(checker->root_fd, &root) == 0 && status->st_uid != root.st_uid &&
		 status->st_uid != 0)
		diag_report(checker->diag, DIAG_CRYPTTAB_KEY_MODE, key.span, NULL,
			    "key file belongs to user %u: %s", (unsigned)status->st_uid, key.text);
}

/* Reports what is wrong with the file itself; false if it is not there. */
static bool check_key_presence(const struct crypttab_checker *checker, struct word key,
			       bool on_root)
{
	struct stat status;
	enum presence presence;

	if (strncmp(key.text, "/dev/", 5) == 0)
		return true; /* a device is there when the machine has it */
	presence = crypttab_look(checker, key.text, &status);
	if (presence == UNSEEN)
		report_unseen(checker, key);
	else if (presence == PRESENT)
		check_key_status(checker, key, &status);
	else if (on_root) /* elsewhere it may well be, and cannot be seen */
		diag_report(checker->diag, DIAG_CRYPTTAB_KEY_MISSING, key.span, NULL,
			    "key file is not there: %s", key.text);
	return presence != ABSENT;
}

static void check_key_file(const struct crypttab_checker *checker, const struct crypttab_row *row,
			   bool early)
{
	const struct fstab_row *mount = mount_of(checker->model, row->key.text);
	bool in_image = early && gets_into_image(checker, row->key.text);
	bool on_root = mount == NULL || strcmp(mount->where.text, "/") == 0 || in_image;

	if (strncmp(row->key.text, "/dev/", 5) == 0)
		return; /* it lies on no file system: the boot waits for the device */
	if (mount != NULL && !in_image && crypttab_holds(checker->model, row, mount)) {
		diag_report(checker->diag, DIAG_CRYPTTAB_KEY_INSIDE, row->key.span, NULL,
			    "the key of %s is on %s", row->target.text, row->target.text);
		diag_note(checker->diag, mount->source.span, "%s is mounted from here",
			  mount->where.text);
		return;
	}
	if (check_key_presence(checker, row->key, on_root) && early && !in_image)
		diag_report(checker->diag, DIAG_CRYPTTAB_KEY_IMAGE, row->key.span, NULL,
			    "the image will not have the key file of %s", row->target.text);
}

/* --- other files ---------------------------------------------------------- */

static void check_keyscript(const struct crypttab_checker *checker, const struct crypttab_row *row,
			    const struct crypttab_option *option)
{
	struct word path = {crypttab_keyscript(checker->model->arena, row), option->value.span};
	struct stat status;
	enum presence presence;

	if (path.text == NULL || crypttab_keyscript_is(row, "passdev"))
		return; /* what they do is done without them */
	presence = crypttab_look(checker, path.text, &status);
	if (presence == UNSEEN)
		report_unseen(checker, path);
	else if (presence == ABSENT)
		diag_report(checker->diag, DIAG_CRYPTTAB_KEYSCRIPT, path.span, NULL,
			    "keyscript is not there: %s", path.text);
	else if (!S_ISREG(status.st_mode) || (status.st_mode & 0111) == 0)
		diag_report(checker->diag, DIAG_CRYPTTAB_KEYSCRIPT, path.span, NULL,
			    "keyscript cannot be executed: %s", path.text);
}

static void check_header(const struct crypttab_checker *checker,
			 const struct crypttab_option *option, bool early)
{
	struct word path = option->value;
	struct stat status;
	enum presence presence;

	if (strncmp(path.text, "/dev/", 5) == 0)
		return; /* made at boot */
	if (path.text[0] != '/') {
		diag_report(checker->diag, DIAG_CRYPTTAB_HEADER, path.span, NULL,
			    "not an absolute path: \"%s\"", path.text);
		return;
	}
	presence = crypttab_look(checker, path.text, &status);
	if (presence == UNSEEN)
		report_unseen(checker, path);
	else if (presence == ABSENT)
		diag_report(checker->diag, DIAG_CRYPTTAB_HEADER, path.span, NULL,
			    "header is not there: %s", path.text);
	else if (early)
		diag_report(checker->diag, DIAG_CRYPTTAB_HEADER, path.span, NULL,
			    "nothing puts the header into the image: %s", path.text);
}

void crypttab_check_files(const struct crypttab_checker *checker, const struct crypttab_row *row)
{
	const struct crypttab_option *script = crypttab_find(row, CRYPTTAB_KEYSCRIPT);
	const struct crypttab_option *header = crypttab_find(row, CRYPTTAB_HEADER);
	const struct crypttab_option *check = crypttab_find(row, CRYPTTAB_CHECK);
	bool early = crypttab_is_early(checker->model, row);

	if (script != NULL)
		check_keyscript(checker, row, script); /* the key field is its argument */
	else if (strcmp(row->key.text, "none") != 0 && !crypttab_has_random_key(row) &&
		 check_key_form(checker, row->key))
		check_key_file(checker, row, early);
	if (header != NULL)
		check_header(checker, header, early);
	if (check != NULL && early && check->value.text != NULL)
		diag_report(checker->diag, DIAG_CRYPTTAB_CHECK_MISSING, check->name.span, NULL,
			    "the image has no check program, and %s is not opened without it",
			    row->target.text);
	else if (check != NULL && early)
		diag_report(checker->diag, DIAG_CRYPTTAB_LATE, check->name.span, NULL,
			    "%s is opened in the initramfs, where check has no effect",
			    row->target.text);
}
