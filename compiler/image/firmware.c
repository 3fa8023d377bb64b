/* Firmware that modules name, where the kernel looks for it: Documentation/driver-api/firmware/
 * fw_search_path.rst. It goes into the image decompressed: not every kernel unpacks it, and the
 * image is compressed as a whole. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>

#include "image.h"
#include "path.h"

/* Where a firmware file is, compressed or not; NULL if nowhere. */
static const char *find(struct image *image, const char *name, struct path_walk *ret_walk)
{
	static const char *const suffixes[] = {"", ".zst", ".xz"};
	struct arena *arena = image->arena;
	const char *const directories[] = {
		arena_printf(arena, "/lib/firmware/updates/%s", image->modules->release),
		"/lib/firmware/updates",
		arena_printf(arena, "/lib/firmware/%s", image->modules->release),
		"/lib/firmware",
	};

	for (size_t i = 0; i < sizeof directories / sizeof *directories; i++)
		for (size_t j = 0; j < sizeof suffixes / sizeof *suffixes; j++) {
			const char *path =
				arena_printf(arena, "%s/%s%s", directories[i], name, suffixes[j]);

			if (path_walk(arena, image->root_fd, path, ret_walk) == 0 &&
			    S_ISREG(ret_walk->status.st_mode))
				return path;
		}
	return NULL;
}

static void add(struct image *image, const char *name, const char *path,
		const struct path_walk *walk, struct need need)
{
	const unsigned char *data;
	const char *error;
	size_t size;

	data = path_read(image->arena, image->root_fd, walk->path, &size);
	if (data == NULL) {
		diag_report(image->diag, DIAG_UNREADABLE, (struct span){.name = path}, NULL,
			    "%s: %s", need.why, strerror(errno));
		return;
	}
	data = archive_expand(image->arena, data, size, &size, &error);
	if (data == NULL) {
		diag_report(image->diag, DIAG_IMAGE_DAMAGED, (struct span){.name = path}, NULL,
			    "%s: %s", need.why, error);
		return;
	}
	tree_file(image->tree, arena_printf(image->arena, "usr/lib/firmware/%s", name), data, size,
		  0644, need);
}

void firmware_add(struct image *image, const struct module *module)
{
	struct need need = {
		.why = arena_printf(image->arena, "firmware of module %s", module->name),
		.span = {.name = module->path},
	};
	const char *missing = NULL;
	struct path_walk walk;

	for (size_t i = 0; i < module->firmware.count; i++) {
		const char *name = module->firmware.item[i];
		const char *path = find(image, name, &walk);

		if (path != NULL)
			add(image, name, path, &walk, need);
		else if (missing == NULL)
			missing = name;
		else
			missing = arena_printf(image->arena, "%s, %s", missing, name);
	}
	if (missing != NULL && image->tell_firmware)
		diag_report(image->diag, DIAG_IMAGE_FIRMWARE, need.span, NULL,
			    "the sysroot lacks firmware that module %s names: %s", module->name,
			    missing);
}
