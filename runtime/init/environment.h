/* What init of initramfs-tools exports to boot scripts (0.142: init, scripts/local, functions).
 *
 * It comes about as there: from what the kernel gave, first values (variables.def), the
 * configuration files in the image, the words of the command line, and from then on whatever a
 * script leaves in /conf/param.conf. PID 1 keeps it and evaluates none of it: the files are shell
 * code, so a child does (evaluation.h). Kernel parameters that only the blob gives come last: a
 * value that has remained as init has it at first makes way for them. */
#ifndef BOOTGRAPH_ENVIRONMENT_H
#define BOOTGRAPH_ENVIRONMENT_H

#include "../core/boot.h"
#include "variables.h"

struct init;

struct environment {
	struct variables exported;
	struct variables kept; /* what init has for itself: names that are KEPT in variables.def */
	int answer;	       /* in a child: where what it evaluates goes to, or -1 */
};

/* Whether a program is a boot script, which expects all this. */
bool environment_concerns(const char *program);

/* What there is before anything is sourced. */
void environment_set_first(const struct init *init, struct variables *exported);

/* After that: the command line. `fresh` is as a child answered it, or the first values. */
void environment_read_command_line(const struct init *init, struct variables *exported,
				   struct variables *kept);

/* Both, before the machine starts. */
void environment_begin(struct init *init);

/* What init sets itself before it comes to this script. */
void environment_come_to(struct init *init, const char *program);

/* In a child that is about to execute a boot script: nothing else is in its environment. */
void environment_enter(const struct init *init);

/* The value of a kernel parameter that a variable comes to; id PARAMETER_COUNT if it is none. */
const char *environment_parameter(const char *name, const char *value, enum parameter_id *ret_id);

/* The name that the kernel parameter's variable has; i counts up to NULL. */
const char *environment_parameter_name(unsigned i);

#endif
