/* How the machine's storage is put together, as its configuration says: etc/crypttab,
 * mdadm.conf and lvm.conf. */
#ifndef BOOTGRAPH_STORAGE_H
#define BOOTGRAPH_STORAGE_H

#include "../model.h"

/* Reads them from the sysroot into the model, after fstab, and checks what they say about each
 * other and about the sysroot's files. That a file is missing is fine. */
void source_storage(struct model *model, struct diag *diag, int root_fd);

#endif
