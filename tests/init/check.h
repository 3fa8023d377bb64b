/* A test program checks what should be and goes on; it fails if anything was not. */
#ifndef BOOTGRAPH_TESTS_INIT_CHECK_H
#define BOOTGRAPH_TESTS_INIT_CHECK_H

#include <stdio.h>
#include <string.h>

static unsigned checks_done, checks_failed;

static void check(int holds, const char *what, const char *file, int line)
{
	checks_done++;
	if (holds)
		return;
	checks_failed++;
	fprintf(stderr, "%s:%d: not so: %s\n", file, line, what);
}

#define CHECK(what)	   check(!!(what), #what, __FILE__, __LINE__)
#define CHECK_TEXT(is, be) check(strcmp((is), (be)) == 0, #is " is \"" be "\"", __FILE__, __LINE__)

static int checks_end(void)
{
	printf("%u checks, %u failed\n", checks_done, checks_failed);
	return checks_failed > 0;
}

#endif
