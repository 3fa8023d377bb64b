/* Whether udevd makes the nodes and links of mappings. */
#ifndef BOOTGRAPH_HELPER_UDEVD_H
#define BOOTGRAPH_HELPER_UDEVD_H

#include <stdbool.h>

/* PID 1 says that there is none by DM_DISABLE_UDEV, as libdevmapper wants to be told; somebody who
 * runs a helper by hand does not. */
bool udevd_runs(void);

/* Tells libdevmapper, which would wait for one that is not there. */
void udevd_tell_libdevmapper(void);

#endif
