/* Those who read bytes from disks that anybody may have written, confined. They get no new
 * privileges (prctl(2), PR_SET_NO_NEW_PRIVS), and a call that is none of theirs fails with EPERM
 * (seccomp(2)). What they fork and execute is confined as well, and can only be more so.
 *
 * Who only reads, can from here on read and say what it found: it opens nothing for writing, and
 * makes no call but those of a short list. Who also makes mappings, through libraries that do as
 * they like, is kept from all that is none of that: to mount, to enter namespaces, to load modules,
 * to trace and end processes, to use the network, to restart or change the kernel.
 *
 * A small table of our own: the probe child is static and has no libseccomp, and one table serves
 * them all. It knows x86-64 and AArch64; elsewhere only the privileges are taken. */
#ifndef BOOTGRAPH_CONFINE_H
#define BOOTGRAPH_CONFINE_H

enum confinement {
	CONFINED_PROBER, /* the probe child: asks its helper, too, a program of its own */
	CONFINED_READER, /* that helper, once it is loaded and has opened its device */
	CONFINED_OPENER, /* derives keys and makes mappings; runs no other program */
	CONFINED_TOOL,	 /* makes mappings, or runs a program that does */
};

/* Returns 0, or a negative errno. A kernel without filters is no reason not to boot: 0 then, too.
 */
int confine(enum confinement confinement);

#endif
