/* How long the verification of a blob takes: reads a blob from standard input and prints the least
 * of many runs, in microseconds, on the machine that it runs on. */
#include <stdint.h>
#include <stdio.h>
#include <time.h>

#include "../runtime/core/verify.h"

enum {
	RUNS = 1000,
	LIMIT = 1 << 20,
};

static int64_t now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

int main(void)
{
	/* As PID 1 has it: at the start of a page. */
	static _Alignas(4096) unsigned char bytes[LIMIT];
	size_t size = fread(bytes, 1, sizeof bytes, stdin);
	int64_t least = INT64_MAX;

	for (int run = 0; run < RUNS; run++) {
		int64_t started = now();
		struct refusal refusal;
		struct blob blob;

		if (!blob_verify(bytes, size, &blob, &refusal)) {
			fprintf(stderr, "bench-verify: %s\n", refusal.reason);
			return 1;
		}
		if (now() - started < least)
			least = now() - started;
	}
	printf("%.1f\n", (double)least / 1e3);
	return 0;
}
