#include "coverage.h"
#include "init.h"
#include "log.h"
#include "named.h"

#include <string.h>

/* The reference a device's match program asks for, if it is one that a parameter replaces: `names
 * {root or UUID=...}` and nothing else. */
static bool replaced_reference(const struct init *init, uint32_t index, struct value *ret_value)
{
	struct node node;

	blob_node(&init->blob, index, &node);
	if (node.kind != NODE_DEVICE || node.match == NONE ||
	    blob_word(&init->blob, SECTION_code, node.match) != OP_NAMES)
		return false;
	blob_value(&init->blob, blob_word(&init->blob, SECTION_code, node.match + 1), ret_value);
	return ret_value->parameter != NONE && *blob_string(&init->blob, ret_value->text) != '\0' &&
	       *init_parameter(init, (enum parameter_id)ret_value->parameter) != '\0';
}

void coverage_check(struct init *init, uint32_t node)
{
	const struct seen *seen =
		devices_find(&init->devices, init->machine.state->node[node].device);
	const char *compiled;
	struct value value;

	if (seen == NULL || !replaced_reference(init, node, &value))
		return;
	compiled = blob_string(&init->blob, value.text);
	if (!named_by(compiled, seen))
		say(SAY_WARNING,
		    "bootgraph: %s=%s is not %s, which this image was made for: not covered by the "
		    "proof",
		    parameter_name((enum parameter_id)value.parameter),
		    init_parameter(init, (enum parameter_id)value.parameter), compiled);
}
