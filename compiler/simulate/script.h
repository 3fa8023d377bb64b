/* The event script: what a simulated world holds and does. specs/events.md is its grammar. */
#ifndef BOOTGRAPH_SCRIPT_H
#define BOOTGRAPH_SCRIPT_H

#include <stdbool.h>
#include <stdint.h>

#include "properties.h"
#include "../diag.h"
#include "../../runtime/core/blob.h"
#include "../../runtime/core/membership.h"
#include "../../runtime/core/opcode.h"

/* How one effect ends. */
struct outcome {
	uint32_t takes; /* milliseconds */
	bool hangs;	/* it never ends, nor can it be killed */
	int32_t status; /* as in struct event */
	bool asks;	/* somebody is asked as long as it takes */
};

/* How the effects of a unit, or of a kind, end: the first one as outcomes[0] says, the second as
 * outcomes[1], and so on; the last outcome is for all that follow. */
struct effect_rule {
	uint32_t node;	/* NONE: any */
	enum opcode op; /* OP_COUNT: any */
	VEC(struct outcome) outcomes;
};

struct script_device {
	const char *name;
	uint32_t number; /* as event_device_number; 0 if it has none */
	bool probes;	 /* a probe of it says something: */
	struct properties probed;
	VEC(struct membership) members; /* what the probe says of sets */
	struct span span;		/* where it is first named */
	bool added;			/* by some statement of the script */
};

enum happening_kind {
	HAPPENING_ADD,
	HAPPENING_CHANGE,
	HAPPENING_REMOVE,
	HAPPENING_AGAIN,      /* somebody leaves the rescue shell */
	HAPPENING_ANSWER,     /* somebody answers a question */
	HAPPENING_END,	      /* a daemon ends by itself */
	HAPPENING_HOLD,	      /* somebody holds the clock, or does not any more */
	HAPPENING_PARAMETERS, /* a boot script sets kernel parameters */
};

struct happening {
	uint32_t at;	/* milliseconds; or */
	uint32_t after; /* whenever an effect of this node has done its work; else NONE */
	uint32_t order; /* among all of the script */
	enum happening_kind kind;
	uint32_t device;	      /* index into devices */
	uint32_t node;		      /* who asked; the daemon */
	bool yes;		      /* the answer; the hold begins */
	int32_t status;		      /* how the daemon ends, as in struct event; */
	bool hangs;		      /* or that it cannot be ended */
	struct properties properties; /* of the event, ACTION and all; the parameters */
};

struct script {
	const char *command_line;
	VEC(const char *) files;
	VEC(struct script_device) devices;
	VEC(struct effect_rule) rules;
	VEC(struct happening) happenings;   /* ascending in time, else as written; */
	VEC(struct happening) consequences; /* and those that come after an effect, as written */
	uint32_t until;			    /* when the simulation ends at the latest */
};

enum { UNTIL_DEFAULT = 3600 * 1000 };

/* Reads a script for a blob. Errors are reported; false if there were any. */
bool script_parse(struct arena *arena, struct diag *diag, const struct text *text,
		  const struct blob *blob, struct script *ret_script);

#endif
