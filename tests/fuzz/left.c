/* What PID 1 left in /run/bootgraph, which an older or a newer version, or anybody who is root, may
 * have written: what is read out of it is what stands there, field by field. */
#include "../../runtime/left/left.h"
#include "../../runtime/left/stat.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* A field that is written is read as it was. */
static void check_field(const char *text)
{
	char *line = NULL, *at;
	size_t length = 0;
	FILE *file = open_memstream(&line, &length);

	if (file == NULL)
		return;
	field_write(file, text);
	fclose(file);
	at = line;
	if (strchr(line, ' ') != NULL || strchr(line, '\n') != NULL)
		abort();
	if (*text != '\0' && strcmp(text, "-") != 0 && strcmp(field_next(&at), text) != 0)
		abort();
	free(line);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = malloc(size + 1);
	struct left left;

	if (text == NULL)
		return 0;
	memcpy(text, data, size);
	text[size] = '\0';
	stat_start(text);
	check_field(text);
	left_read(text, &left);
	for (size_t i = 0; i < left.process_count; i++)
		check_field(left.process[i].name);
	for (size_t i = 0; i < left.set_count; i++)
		for (size_t k = 0; k < left.set[i].member_count; k++)
			check_field(left.set[i].member[k]);
	for (size_t i = 0; i < left.pending_count; i++)
		for (size_t k = 0; k < left.pending[i].device_count; k++)
			check_field(left.pending[i].device[k]);
	left_free(&left);
	free(text);
	return 0;
}
