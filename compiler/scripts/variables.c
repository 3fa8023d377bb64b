#include "variables.h"

#include <string.h>

static const struct boot_variable variables[] = {
#define BOOT_VARIABLE(name, reach, first, setter) {name, VARIABLE_##reach, setter},
#include "../../runtime/scripts/variables.def"
#undef BOOT_VARIABLE
};

enum { VARIABLE_COUNT = sizeof variables / sizeof variables[0] };

const struct boot_variable *boot_variable_find(const char *name)
{
	for (size_t i = 0; i < VARIABLE_COUNT; i++)
		if (strcmp(variables[i].name, name) == 0)
			return &variables[i];
	return NULL;
}

const struct boot_variable *boot_variables(size_t *ret_count)
{
	*ret_count = VARIABLE_COUNT;
	return variables;
}
