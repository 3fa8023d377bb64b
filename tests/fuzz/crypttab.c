/* crypttab, and what it says about fstab and the files of a sysroot, which is empty here. A form
 * feed divides the input: fstab before it, crypttab behind it. */
#include "source.h"
#include "../../compiler/source/crypttab_check.h"

#include <fcntl.h>
#include <string.h>

/* A directory without files that anybody may open. */
static int empty_directory(void)
{
	static int fd = -1;

	if (fd < 0)
		fd = open("/proc/self/task", O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		abort();
	return fd;
}

static void read_part(struct model *model, struct diag *diag, source *read, const char *name,
		      const uint8_t *data, size_t size)
{
	const struct text *text = text_from_memory(model->arena, name, (const char *)data, size);

	if (text_check(diag, text))
		read(model, diag, text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct model model = {.arena = arena_new()};
	struct diag diag = {.out = fuzz_sink()};
	const uint8_t *feed = size > 0 ? memchr(data, '\f', size) : NULL;
	size_t before = feed != NULL ? (size_t)(feed - data) : 0;
	size_t behind = feed != NULL ? before + 1 : 0;

	read_part(&model, &diag, source_fstab, "etc/fstab", data, before);
	read_part(&model, &diag, source_crypttab, "etc/crypttab", data + behind, size - behind);
	crypttab_check(&model, &diag, empty_directory());
	print_model(fuzz_sink(), &model);
	arena_free(model.arena);
	return 0;
}
