/* What the real system's udevd and systemd have to know of devices that were made here: a record in
 * udev's database for each mapping, each array and each bcache, as udevd would have written it had
 * it run.
 *
 * Without it, 55-dm.rules take a mapping for one that is not active yet, and 69-lvm.rules do not
 * look at a physical volume on an array; systemd then does not have the device (specs/handoff.md).
 * The format is systemd's own, src/libsystemd/sd-device/device-private.c of version 252; it has
 * been the same from 247 to 257.
 */
#ifndef BOOTGRAPH_RECORDS_H
#define BOOTGRAPH_RECORDS_H

struct init;

/* Writes them for the devices that are there, below /run/udev, and makes the links that they name.
 * A record that is there already is left alone: then udevd runs, or ran. What cannot be written is
 * said. */
void records_write(const struct init *init);

#endif
