/* The rescue shell. */
#include <string.h>

#include "image.h"
#include "path.h"

#define BUSYBOX "/bin/busybox"

/* Enough to look around, to load, mount and repair by hand, and to go on. Not modprobe: the kernel
 * runs /sbin/modprobe whenever it misses a module, and would wait for a program that cannot find
 * one; and nothing that would take the place of PID 1's own programs. */
static const char *const bin[] = {
	"[",	 "ash",	  "awk",  "basename", "cat",   "chmod", "clear", "cp",	     "cut",
	"date",	 "dd",	  "df",	  "dirname",  "dmesg", "du",	"echo",	 "env",	     "false",
	"find",	 "free",  "grep", "head",     "kill",  "less",	"ln",	 "ls",	     "mkdir",
	"mknod", "mount", "more", "mv",	      "od",    "ps",	"pwd",	 "readlink", "rm",
	"rmdir", "sed",	  "sh",	  "sleep",    "sort",  "stat",	"sync",	 "tail",     "test",
	"tr",	 "true",  "tty",  "umount",   "uname", "uniq",	"vi",	 "wc",	     "xargs",
};
static const char *const sbin[] = {
	"blkid", "blockdev", "fdisk",	 "halt",   "hwclock", "insmod",	     "losetup",
	"lsmod", "lsscsi",   "poweroff", "reboot", "rmmod",   "switch_root",
};

/* Whether busybox was built with an applet: their names stand in it one after the other, each with
 * a NUL behind it. A name found by accident would make a link that says "applet not found". */
static bool has_applet(const struct tree_entry *busybox, const char *name)
{
	char needle[32] = "";
	size_t length = strlen(name);

	memcpy(needle + 1, name, length);
	return memmem(busybox->data, busybox->size, needle, length + 2) != NULL;
}

static void link_applets(struct image *image, const struct tree_entry *busybox,
			 const char *directory, const char *const *names, size_t count)
{
	struct need need = {.why = "rescue shell"};

	for (size_t i = 0; i < count; i++) {
		const char *path = arena_printf(image->arena, "%s/%s", directory, names[i]);

		/* A program of the sysroot that a unit needs has the better right to its name. */
		if (has_applet(busybox, names[i]) && tree_find(image->tree, path) == NULL)
			(void)tree_link(image->tree, path, BUSYBOX, need);
	}
}

void busybox_add(struct image *image)
{
	struct need need = {
		.why = "rescue shell",
		.span = {.name = "--root"},
		.optional = true,
	};
	const struct tree_entry *busybox;

	if (!content_add(image, BUSYBOX, need))
		return;
	busybox = tree_find(image->tree, BUSYBOX);
	while (busybox != NULL && busybox->kind == ENTRY_LINK)
		busybox = tree_find(image->tree, busybox->target);
	if (busybox == NULL)
		return;
	link_applets(image, busybox, "bin", bin, sizeof bin / sizeof *bin);
	link_applets(image, busybox, "sbin", sbin, sizeof sbin / sizeof *sbin);
}
