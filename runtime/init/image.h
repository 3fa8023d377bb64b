/* The blob in this image. */
#ifndef BOOTGRAPH_INIT_IMAGE_H
#define BOOTGRAPH_INIT_IMAGE_H

#include <stdbool.h>
#include <stddef.h>

#include "../core/blob.h"

#define BLOB_PATH "/etc/bootgraph/boot.blob"

/* Copies the blob into memory of its own, makes that unchangeable, and verifies it. Returns true,
 * or false with a sentence in reason. What it maps stays mapped. */
bool image_load_blob(const char *path, struct blob *ret_blob, char *reason, size_t room);

#endif
