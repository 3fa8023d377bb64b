/* drop_capabilities=: what the real init and all that it starts must never have
 * (klibc run-init(8), option -d; capabilities(7)). */
#ifndef BOOTGRAPH_CAPABILITIES_H
#define BOOTGRAPH_CAPABILITIES_H

/* Takes the capabilities in a comma-separated list (cap_sys_module,...) out of the bounding set,
 * out of this process, and out of the kernel's user mode helpers. An unknown name is said and left
 * out. */
void drop_capabilities(const char *list);

#endif
