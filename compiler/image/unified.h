/* bootgraph image --uki: what goes into a unified kernel image besides the initramfs, and where it
 * is looked for. */
#ifndef BOOTGRAPH_IMAGE_UNIFIED_H
#define BOOTGRAPH_IMAGE_UNIFIED_H

#include "../diag.h"

struct unified_parts {
	int root_fd;	     /* the sysroot */
	const char *release; /* of the kernel */
	const char *stub;    /* --stub, a file of the host; NULL: the sysroot's systemd-boot's */
	const char *vmlinuz; /* --linux likewise; NULL: the sysroot's vmlinuz of that release */
	const char *cmdline; /* NULL: whoever starts it says so */
};

/* Writes it all to out. Returns false after an error was reported. */
bool unified_write(struct arena *arena, struct diag *diag, const struct unified_parts *parts,
		   const unsigned char *initrd, size_t initrd_size, FILE *out);

#endif
