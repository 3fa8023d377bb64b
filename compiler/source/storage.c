#include "storage.h"
#include "crypttab_check.h"
#include "mdadm_check.h"
#include "text.h"
#include "../../runtime/lvm/conf.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

typedef void source(struct model *model, struct diag *diag, const struct text *text);

static void report_unreadable(struct diag *diag, const char *name)
{
	diag_report(diag, DIAG_UNREADABLE, (struct span){.name = name}, NULL, "cannot be read: %s",
		    strerror(errno));
}

/* Whether the file is there; one that is there and cannot be read is reported. */
static bool read_file(struct model *model, struct diag *diag, int root_fd, const char *path,
		      source *read)
{
	const struct text *text = text_read(model->arena, root_fd, path, path);

	if (text == NULL) {
		if (errno == ENOENT || errno == ENOTDIR)
			return false;
		report_unreadable(diag, path);
	} else if (text_check(diag, text)) {
		read(model, diag, text);
	}
	return true;
}

/* --- mdadm.conf.d --------------------------------------------------------- */

/* As mdadm's conf_file_or_dir: a name before .conf, and none that is hidden. */
static int is_conf_file(const struct dirent *entry)
{
	size_t length = strlen(entry->d_name);

	return entry->d_name[0] != '.' && length > 5 &&
	       strcmp(entry->d_name + length - 5, ".conf") == 0;
}

static int compare_names(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

static void read_mdadm_directory(struct model *model, struct diag *diag, int root_fd,
				 const char *path)
{
	int fd = sysroot_open(root_fd, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC), count, i;
	struct dirent **entries;

	if (fd < 0) {
		if (errno != ENOENT && errno != ENOTDIR)
			report_unreadable(diag, path);
		return;
	}
	count = scandirat(fd, ".", &entries, is_conf_file, compare_names);
	if (count < 0)
		report_unreadable(diag, path);
	for (i = 0; i < count; i++) {
		read_file(model, diag, root_fd,
			  arena_printf(model->arena, "%s/%s", path, entries[i]->d_name),
			  source_mdadm_conf);
		free(entries[i]);
	}
	if (count >= 0)
		free(entries);
	close(fd);
}

/* Whether the file is there. mdadm takes a directory in its place, too. */
static bool read_mdadm_file(struct model *model, struct diag *diag, int root_fd, const char *path)
{
	int fd = sysroot_open(root_fd, path, O_PATH | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0)
		return read_file(model, diag, root_fd, path, source_mdadm_conf);
	close(fd);
	read_mdadm_directory(model, diag, root_fd, path);
	return true;
}

/* Debian's mdadm looks at /etc/mdadm.conf, with its directory, only if the first one is missing. */
static void read_mdadm(struct model *model, struct diag *diag, int root_fd)
{
	const char *directory = "etc/mdadm/mdadm.conf.d";

	if (!read_mdadm_file(model, diag, root_fd, "etc/mdadm/mdadm.conf") &&
	    read_mdadm_file(model, diag, root_fd, "etc/mdadm.conf"))
		directory = "etc/mdadm.conf.d";
	read_mdadm_directory(model, diag, root_fd, directory);
}

/* The first line that is no comment (hostname(5)). Whether there is such a file matters only to
 * some, and is checked there. */
static void read_host_name(struct model *model, int root_fd)
{
	const struct text *text = text_read(model->arena, root_fd, "etc/hostname", "etc/hostname");
	size_t at = 0, length;

	while (text != NULL && at < text->size) {
		length = strcspn(text->data + at, " \t\r\n");
		if (length > 0 && text->data[at] != '#') {
			model->md.hostname.text =
				arena_strndup(model->arena, text->data + at, length);
			model->md.hostname.span = (struct span){text, at, length, NULL};
			return;
		}
		at += strcspn(text->data + at, "\n") + 1;
	}
}

/* A devices file is a list of what lvm may look at: lvmdevices(8). */
static void read_lvm(struct model *model, struct diag *diag, int root_fd)
{
	int fd = sysroot_open(root_fd, &LVM_DEVICES_FILE[1], O_PATH | O_CLOEXEC);

	read_file(model, diag, root_fd, &LVM_CONF_FILE[1], source_lvm_conf);
	if (fd >= 0) {
		model->lvm_decides = LVM_DEVICES_FILE;
		close(fd);
	}
}

static void look_for_bcache(struct model *model, int root_fd)
{
	int fd = sysroot_open(root_fd, "usr/sbin/make-bcache", O_PATH | O_CLOEXEC);

	model->has_bcache_tools = fd >= 0;
	if (fd >= 0)
		close(fd);
}

void source_storage(struct model *model, struct diag *diag, int root_fd)
{
	read_file(model, diag, root_fd, "etc/crypttab", source_crypttab);
	read_file(model, diag, root_fd, "etc/veritytab", source_veritytab);
	read_file(model, diag, root_fd, "etc/integritytab", source_integritytab);
	read_mdadm(model, diag, root_fd);
	read_host_name(model, root_fd);
	read_lvm(model, diag, root_fd);
	look_for_bcache(model, root_fd);
	crypttab_check(model, diag, root_fd);
	mdadm_check(model, diag, root_fd);
}
