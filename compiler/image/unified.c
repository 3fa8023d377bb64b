#include "unified.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>

#include "path.h"
#include "uki.h"

/* systemd-stub(7), by the names of UEFI's architectures; a sysroot has one of them. */
static const char *const stubs[] = {
	"/usr/lib/systemd/boot/efi/linuxx64.efi.stub",
	"/usr/lib/systemd/boot/efi/linuxaa64.efi.stub",
	"/usr/lib/systemd/boot/efi/linuxriscv64.efi.stub",
};

/* Debian's place, and that of kernel-install(8). */
static const char *const kernels[] = {"/boot/vmlinuz-%s", "/usr/lib/modules/%s/vmlinuz"};

static bool read_sysroot(struct arena *arena, int root_fd, const char *path,
			 struct uki_section *section)
{
	struct path_walk walk;

	if (path_walk(arena, root_fd, path, &walk) == 0)
		section->data = path_read(arena, root_fd, walk.path, &section->size);
	return section->data != NULL;
}

static bool missing(struct diag *diag, const char *path, const char *why, const char *hint)
{
	diag_report(diag, DIAG_IMAGE_UKI, (struct span){.name = path}, hint, "%s", why);
	return false;
}

static bool read_host(struct arena *arena, struct diag *diag, const char *path,
		      struct uki_section *section)
{
	section->data = path_read(arena, AT_FDCWD, path, &section->size);
	return section->data != NULL ||
	       missing(diag, path, arena_printf(arena, "cannot be read: %s", strerror(errno)),
		       NULL);
}

static bool find_stub(struct arena *arena, struct diag *diag, const struct unified_parts *parts,
		      struct uki_section *stub)
{
	if (parts->stub != NULL)
		return read_host(arena, diag, parts->stub, stub);
	for (size_t i = 0; i < sizeof stubs / sizeof *stubs; i++)
		if (read_sysroot(arena, parts->root_fd, stubs[i], stub))
			return true;
	return missing(diag, stubs[0], "no stub of systemd-boot in the sysroot",
		       "install systemd-boot-efi, or name a stub with --stub");
}

static bool find_kernel(struct arena *arena, struct diag *diag, const struct unified_parts *parts,
			struct uki_section *kernel)
{
	const char *path = "";

	if (parts->vmlinuz != NULL)
		return read_host(arena, diag, parts->vmlinuz, kernel);
	for (size_t i = 0; i < sizeof kernels / sizeof *kernels; i++) {
		path = arena_printf(arena, kernels[i], parts->release);
		if (read_sysroot(arena, parts->root_fd, path, kernel))
			return true;
	}
	return missing(diag, path, "no kernel of this version in the sysroot",
		       "name its file with --linux");
}

static struct uki_section text_section(const char *name, const char *text)
{
	return (struct uki_section){name, (const unsigned char *)text,
				    text != NULL ? strlen(text) : 0};
}

bool unified_write(struct arena *arena, struct diag *diag, const struct unified_parts *parts,
		   const unsigned char *initrd, size_t initrd_size, FILE *out)
{
	struct uki_section stub = {0}, release = {.name = ".osrel"}, kernel = {.name = ".linux"};
	bool found = find_stub(arena, diag, parts, &stub);
	const char *wrong;

	if (!find_kernel(arena, diag, parts, &kernel) || !found)
		return false;
	(void)read_sysroot(arena, parts->root_fd, "/etc/os-release", &release);
	/* The kernel last: what it unpacks to may be larger than its section. */
	const struct uki_section sections[] = {
		release,
		text_section(".cmdline", parts->cmdline),
		text_section(".uname", parts->release),
		{".initrd", initrd, initrd_size},
		kernel,
	};

	wrong = uki_write(arena, stub.data, stub.size, sections, sizeof sections / sizeof *sections,
			  out);
	return wrong == NULL ||
	       missing(diag, parts->stub != NULL ? parts->stub : stubs[0],
		       arena_printf(arena, "cannot be used as stub: %s", wrong), NULL);
}
