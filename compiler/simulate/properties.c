#include "properties.h"

#include <stdbool.h>
#include <string.h>

static bool same_key(const char *a, const char *b)
{
	return strncmp(a, b, strcspn(a, "=") + 1) == 0;
}

void properties_set(struct arena *arena, struct properties *properties, const char *property)
{
	const struct properties old = *properties;
	char *bytes = arena_alloc(arena, old.length + strlen(property) + 1);
	size_t size = 0;
	bool placed = false;

	for (size_t at = 0; at < old.length; at += strlen(old.bytes + at) + 1) {
		const char *kept = old.bytes + at;

		if (same_key(kept, property)) {
			kept = property;
			placed = true;
		}
		memcpy(bytes + size, kept, strlen(kept) + 1);
		size += strlen(kept) + 1;
	}
	if (!placed) {
		memcpy(bytes + size, property, strlen(property) + 1);
		size += strlen(property) + 1;
	}
	*properties = (struct properties){bytes, size};
}

void properties_set_all(struct arena *arena, struct properties *properties,
			const struct properties *others)
{
	for (size_t at = 0; at < others->length; at += strlen(others->bytes + at) + 1)
		properties_set(arena, properties, others->bytes + at);
}
