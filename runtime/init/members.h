/* Which devices belong together (core/sets.h): what the probe children say is kept here, and each
 * change of a set's level is told to the machine. */
#ifndef BOOTGRAPH_MEMBERS_H
#define BOOTGRAPH_MEMBERS_H

#include <stdbool.h>
#include <stdint.h>

#include "../core/sets.h"

struct init;

struct members {
	struct sets sets;
};

/* All that a probe says of a device's memberships, in place of what was said before. */
void members_found(struct init *init, uint32_t device, const struct membership *membership,
		   uint32_t count);

/* The device has left. */
void members_forget(struct init *init, uint32_t device);

/* Whether an entry is about the same device as one before it. */
bool members_is_repeated(const struct members *members, uint32_t index);

/* "1 of 2 members of raid1, 2 devices: sda1" - how much of a set (an id, or COMPLETE= or ENOUGH=
 * and one) is there, for people; empty if nobody knows it. */
void members_describe(const struct init *init, const char *set, char *text, size_t room);

/* The same for a set's id, with what it lacks as far as that is known; empty if it lacks nothing.
 */
void members_describe_lack(const struct init *init, const char *set, char *text, size_t room);

/* The same for a reference that somebody waits for in vain, with what would help; empty if it names
 * no level of a set. */
void members_explain(const struct init *init, const char *reference, char *text, size_t room);

#endif
