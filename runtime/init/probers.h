/* The probe children (runtime/probe): one is enough on a healthy machine; while a read takes long,
 * further ones see to the other devices. */
#ifndef BOOTGRAPH_PROBERS_H
#define BOOTGRAPH_PROBERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "../probe/probe.h"

struct init;
struct effect;

enum {
	PROBERS_MAX = 4,
	PROBER_PATIENCE = 50, /* milliseconds before another one is started */
	PROBE_QUIET = 100,    /* milliseconds without news before libblkid is asked */
};

/* A device to be looked at. */
struct probe_request {
	struct probe_request *next;
	struct question question;
	uint32_t node, serial; /* the effect, or NONE */
	bool cancelled;	       /* its device has left meanwhile */
	uint32_t device;       /* as event_device_number */
	size_t length;	       /* of its properties, without ACTION and SEQNUM */
	char properties[];
};

struct prober {
	pid_t pid; /* 0: none */
	int fd;
	struct probe_request *request; /* that it is at, or NULL */
	uint32_t since;
};

struct probers {
	struct prober prober[PROBERS_MAX];
	struct probe_request *first, **last; /* waiting */
	uint32_t last_id;
	uint32_t news; /* when there was any last */
};

/* The effect OP_PROBE: its end is told once a child has answered, after the device event with what
 * it found. */
void probe_start(struct init *init, const struct effect *effect);

/* Its time is up: forget it, and the child that is at it. */
void probe_stop(struct init *init, uint32_t node, uint32_t serial);

/* A device has left: what is found out about it must not be told any more. */
void probe_forget(struct init *init, uint32_t device);

/* Takes a child's answer. */
void prober_readable(struct init *init, struct prober *prober);

/* Gives work to children; starts them as needed. */
void probers_assign(struct init *init);
uint32_t probers_deadline(const struct init *init);

/* While something is waited for and nothing happens, devices on which the table found nothing are
 * looked at by libblkid. */
void probers_tick(struct init *init, uint32_t now);

/* Whether the process was one of them; its request has failed then. */
bool probers_ended(struct init *init, pid_t pid);

void probers_end(struct probers *probers);

#endif
