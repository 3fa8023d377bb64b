/* A disk with keys: mounted for one program, in a mount namespace that only it and the worker that
 * runs it are in, so that nobody else sees what is on it, and no end of theirs leaves it mounted.
 */
#ifndef BOOTGRAPH_KEY_DISK_H
#define BOOTGRAPH_KEY_DISK_H

#include "child.h"

/* Where the program finds it. */
#define KEY_DISK_MOUNT "/run/bootgraph/key-disk"

/* In a worker: mounts the disk that a reference names, read-only; empty: none is meant. That it is
 * not there is no failure, since the program may do without; why it could not be mounted is said on
 * the console. */
void key_disk_mount(struct init *init, const char *reference);

/* Takes it away again, and its directory, which is there for all to see. */
void key_disk_unmount(void);

#endif
