/* The initramfs's own files: memory that the real system is to have back. */
#ifndef BOOTGRAPH_ROOTFS_H
#define BOOTGRAPH_ROOTFS_H

/* Removes everything below a directory that is the initramfs's root, and nothing that is mounted
 * there. Does nothing if that is no ramfs or tmpfs. Takes over the descriptor. */
void rootfs_empty(int root);

#endif
