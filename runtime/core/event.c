#include "event.h"
#include "mem.h"

const char *event_property(const struct event *event, const char *key)
{
	size_t key_length = strlen(key), at = 0;

	while (at < event->length) {
		const char *property = event->properties + at;
		size_t length = 0;

		while (at + length < event->length && property[length] != '\0')
			length++;
		if (at + length == event->length)
			return NULL; /* the last one is not ended: nothing to point at */
		if (length > key_length && property[key_length] == '=' &&
		    memcmp(property, key, key_length) == 0)
			return property + key_length + 1;
		at += length + 1;
	}
	return NULL;
}

/* A property that is a number below 2^20; false if it is anything else. */
static int number_property(const struct event *event, const char *key, uint32_t *ret_number)
{
	const char *text = event_property(event, key);
	uint32_t number = 0;

	if (text == NULL || *text == '\0')
		return 0;
	for (; *text != '\0'; text++) {
		if (*text < '0' || *text > '9' || number >= 1u << 20)
			return 0;
		number = number * 10 + (uint32_t)(*text - '0');
	}
	*ret_number = number;
	return number < 1u << 20;
}

uint32_t event_device_number(const struct event *event)
{
	uint32_t major, minor;

	if (!number_property(event, "MAJOR", &major) || !number_property(event, "MINOR", &minor) ||
	    major >= 1u << 12)
		return 0;
	return major << 20 | minor;
}
