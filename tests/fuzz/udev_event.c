/* What bootgraph-udev sends to PID 1, or somebody who has got hold of its socket: whatever is taken
 * for an event can be read to its end. */
#include "../../runtime/init/udev.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *message = malloc(size + 1); /* of its own, so that a byte too many is seen */
	struct event event;

	if (message == NULL)
		return 0;
	memcpy(message, data, size);
	message = realloc(message, size > 0 ? size : 1);
	if (message != NULL && udev_read_event(message, size, &event)) {
		const char *action = event_property(&event, "ACTION");

		if (action == NULL || event.properties + event.length != message + size)
			abort();
		(void)event_device_number(&event);
		(void)event_property(&event, "DEVLINKS");
	}
	free(message);
	return 0;
}
