/* Those who read bytes from disks that anybody may have written, confined: from here on such a
 * process can read, and say what it found. It gets no new privileges (prctl(2),
 * PR_SET_NO_NEW_PRIVS), opens nothing for writing, and makes no call but those of its row; any
 * other fails with EPERM (seccomp(2)). What it forks and executes is confined as well, and can only
 * be more so.
 *
 * A small table of our own: the probe child is static and has no libseccomp, and one table serves
 * the helper, too. It knows x86-64 and AArch64; elsewhere only the privileges are taken. */
#ifndef BOOTGRAPH_CONFINE_H
#define BOOTGRAPH_CONFINE_H

enum confinement {
	CONFINED_PROBER, /* the probe child: asks its helper, too, a program of its own */
	CONFINED_READER, /* that helper, once it is loaded and has opened its device */
};

/* Returns 0, or a negative errno. A kernel without filters is no reason not to boot: 0 then, too.
 */
int confine(enum confinement confinement);

#endif
