/* What init of initramfs-tools would source, evaluated in a child: the configuration files in the
 * image, and /conf/param.conf after each boot script. PID 1 gets back variables, and trusts them no
 * further than that they are some: what has no name, or no room, is left out.
 *
 * An answer is a memory file of fixed size: what is exported, an empty text, and what init keeps to
 * itself, an empty text again. One that begins with an empty text is none: the shell did not come
 * to its end. */
#ifndef BOOTGRAPH_EVALUATION_H
#define BOOTGRAPH_EVALUATION_H

#include "child.h"

#define PARAM_CONF "/conf/param.conf"

/* Where an effect's answer goes to, or -1 if it is none that has one, or there is no memory. */
int evaluation_open(const struct init *init, const struct effect *effect);

/* Effect evaluate-configuration, in the child. */
int32_t work_evaluate(struct init *init, const struct effect *effect, struct report *report);

/* In the child that has run a boot script: what is in PARAM_CONF, if it is there. Returns 0, or
 * what went wrong, which is said in the report. */
int32_t evaluation_after_script(struct init *init, struct report *report);

/* Takes the answer of a child that has ended, and closes it. */
void evaluation_take(struct init *init, const struct child *child);

/* `/init --environment`: what this process has in its environment, and an empty text. */
int evaluation_print_environment(void);

#endif
