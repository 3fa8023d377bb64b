/* A unified kernel image: systemd-boot's stub with kernel, initramfs, command line and release as
 * sections of one PE file, which UEFI starts by itself (systemd-stub(7); UAPI group, "Unified
 * Kernel Image", version 1.0; Microsoft, "PE Format"). */
#ifndef BOOTGRAPH_IMAGE_UKI_H
#define BOOTGRAPH_IMAGE_UKI_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "../arena.h"

struct uki_section {
	const char *name; /* at most eight bytes */
	const unsigned char *data;
	size_t size;
};

enum { UKI_SECTIONS_MAX = 8 };

/* Writes the stub with the sections behind its own, in their order; those without data are left
 * out. Returns NULL, or what is wrong with the stub; errors of out show in ferror(out). */
const char *uki_write(struct arena *arena, const unsigned char *stub, size_t stub_size,
		      const struct uki_section *sections, size_t count, FILE *out);

#endif
