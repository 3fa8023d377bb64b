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

static void check_node(const struct init *init, uint32_t node)
{
	const struct seen *seen =
		devices_find(&init->devices, init->machine.state->node[node].device);
	const char *compiled;
	struct value value;

	if (seen == NULL || !replaced_reference(init, node, &value))
		return;
	compiled = blob_string(&init->blob, value.text);
	/* The same words mean the same device, also where its name is its maker's to say. */
	if (strcmp(init_parameter(init, (enum parameter_id)value.parameter), compiled) != 0 &&
	    !named_by(compiled, seen))
		say(SAY_WARNING,
		    "bootgraph: %s=%s is not %s, which this image was made for: not covered by the "
		    "proof",
		    parameter_name((enum parameter_id)value.parameter),
		    init_parameter(init, (enum parameter_id)value.parameter), compiled);
}

void coverage_check(const struct init *init)
{
	for (uint32_t i = 0; i < init->blob.section[SECTION_nodes].count; i++)
		if (init->machine.state->node[i].state == STATE_DONE)
			check_node(init, i);
}

/* Whether the blob looks at a parameter at all. */
static bool is_used(const struct blob *blob, enum parameter_id id)
{
	struct value value;

	for (uint32_t i = 0; i < blob->section[SECTION_values].count; i++) {
		blob_value(blob, i, &value);
		if (value.parameter == (uint32_t)id)
			return true;
	}
	return false;
}

void coverage_check_cryptopts(const struct init *init)
{
	const struct boot *boot = &init->boot;

	if (boot->cryptopts_count == 0)
		return;
	if (!is_used(&init->blob, PARAMETER_CRYPTOPTS_1))
		say(SAY_ERROR, "bootgraph: cryptopts= cannot be done: this image was made without "
			       "anything to open encrypted devices with");
	else
		say(SAY_WARNING,
		    "bootgraph: cryptopts= takes the place of crypttab: not covered by "
		    "the proof");
	if (boot->cryptopts_count > CRYPTOPTS_MAX)
		say(SAY_ERROR, "bootgraph: of %u cryptopts= only the first %u are looked at",
		    boot->cryptopts_count, (unsigned)CRYPTOPTS_MAX);
	for (unsigned i = 0; i < CRYPTOPTS_MAX && i < boot->cryptopts_count; i++)
		if (boot->sources[i][0] == '\0')
			say(SAY_ERROR, "bootgraph: cryptopts=%s: source= is missing",
			    boot->cryptopts[i]);
}
