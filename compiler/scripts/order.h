/* The sequence in which mkinitramfs runs the scripts of a phase, or has them run at boot. */
#ifndef BOOTGRAPH_SCRIPTS_ORDER_H
#define BOOTGRAPH_SCRIPTS_ORDER_H

#include "tree.h"
#include "tsort.h"

struct phase_order {
	struct tsort_result sorted; /* all of tsort's answer, names of nobody included */
	tsort_names names;	    /* what is run */
};

/* For a phase whose scripts have been asked (prereqs.h). */
void phase_sort(const struct script_tree *tree, const struct phase *phase,
		struct phase_order *ret_order);

/* Reports what kept tsort from doing what the scripts ask for: loops, with the path, and prereqs
 * that are no pairs any more. */
void phase_order_check(const struct script_tree *tree, const struct phase *phase,
		       const struct phase_order *order, struct diag *diag);

/* What the file ORDER of a phase has for a script, as in printf: the phase's name and its own. */
#define ORDER_LINES                                                                                \
	"/scripts/%s/%s \"$@\"\n"                                                                  \
	"[ -e /conf/param.conf ] && . /conf/param.conf\n"

/* The script's prereq of this name, or NULL. */
const struct prereq *script_prereq(const struct script *script, const char *name);

/* Whether `second` waits for the script `first` of its phase, itself or through others. */
bool phase_declares(const struct script_tree *tree, const struct phase *phase, const char *first,
		    const struct script *second);

/* Where a name comes in the sequence; names.count if it does not. */
size_t phase_position(const struct phase_order *order, const char *name);

#endif
