#include "coverage.h"
#include "init.h"
#include "log.h"
#include "mapping.h"
#include "properties.h"
#include "../core/device_ref.h"

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

static void add_if(struct properties *properties, const char *key, const char *value)
{
	if (value != NULL)
		properties_add(properties, key, value);
}

static bool names_device(const char *reference, const struct seen *seen)
{
	struct properties properties = {.length = 0};
	struct event event = {.kind = EVENT_DEVICE};
	struct device_ref ref;

	devices_add_identity(&properties, seen);
	add_if(&properties, "ID_FS_UUID", seen->uuid);
	add_if(&properties, "ID_FS_LABEL", seen->label);
	add_if(&properties, "ID_PART_ENTRY_UUID", seen->part_uuid);
	add_if(&properties, "ID_PART_ENTRY_NAME", seen->part_name);
	event.properties = properties.text;
	event.length = properties.length;
	if (seen->name != NULL && strncmp(seen->name, "dm-", 3) == 0) {
		mapping_add(&properties, &event);
		event.length = properties.length;
	}
	device_ref_parse(reference, &ref);
	return device_ref_names(&ref, &event);
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
	if (!names_device(compiled, seen))
		say(SAY_WARNING,
		    "bootgraph: %s=%s is not %s, which this image was made for: not covered by the "
		    "proof",
		    parameter_name((enum parameter_id)value.parameter),
		    init_parameter(init, (enum parameter_id)value.parameter), compiled);
}
