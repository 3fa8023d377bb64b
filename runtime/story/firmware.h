/* One variable of UEFI, by Linux's efivarfs (kernel: Documentation/filesystems/efivarfs.rst): what
 * outlives a reset and a power cycle on nearly every machine, without a disk.
 *
 * The file system is mounted where nobody else sees it, and for as long as the descriptor is open
 * (fsopen(2), fsmount(2)). The kernel refuses what would leave the firmware less room than it needs
 * itself (arch/x86/platform/efi/quirks.c, efi_query_variable_store): some have not started again
 * with none. All functions return 0, a count or a descriptor, or a negative errno. */
#ifndef BOOTGRAPH_STORY_FIRMWARE_H
#define BOOTGRAPH_STORY_FIRMWARE_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/* Whether this machine was started by UEFI, and lets its variables be read. Wants /sys. */
bool firmware_has_variables(void);

/* The variables, to be closed by the caller; -ENODEV: the kernel has no efivarfs (yet). */
int firmware_open(void);

/* What ours holds, as a text; -ENOENT: there is none, -EFBIG: it is not ours. */
ssize_t firmware_read(int variables, char *text, size_t room);

/* Puts a text into it, instead of what it holds: all of it or nothing. -ENOSPC: no room. */
int firmware_write(int variables, const char *text, size_t length);

int firmware_delete(int variables);

#endif
