#include "secret.h"

#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>

void secret_begin(void)
{
	static const struct rlimit none = {0, 0};

	setrlimit(RLIMIT_CORE, &none);
	prctl(PR_SET_DUMPABLE, 0);
}

void *secret_alloc(size_t size)
{
	void *memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (memory == MAP_FAILED)
		return NULL;
	(void)mlock(memory, size); /* see the header */
	(void)madvise(memory, size, MADV_DONTDUMP);
	(void)madvise(memory, size, MADV_WIPEONFORK); /* a child of the holder has no use for it */
	return memory;
}

void secret_wipe(void *memory, size_t size)
{
	explicit_bzero(memory, size);
}

void secret_free(void *memory, size_t size)
{
	if (memory == NULL)
		return;
	secret_wipe(memory, size);
	munmap(memory, size);
}
