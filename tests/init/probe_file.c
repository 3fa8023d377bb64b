/* What the probe child finds in an image file, as KEY=value lines.
 *
 *   probe-file IMAGE                    a whole disk
 *   probe-file IMAGE DISK NUMBER START  a partition of DISK that begins at byte START, or -
 *   probe-file --damage ROUNDS IMAGE    the image with some bytes changed and its end cut off, as a
 *                                       disk and as a partition's disk, so many times: whatever
 *                                       stands there, the answer is one that PID 1 takes
 */
#include "../../runtime/probe/partition.h"
#include "../../runtime/probe/probe.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

static const char *const outcomes[PROBE_OUTCOME_COUNT] = {
	[PROBE_NOTHING] = "nothing",	   [PROBE_FOUND] = "found",   [PROBE_TABLE] = "table",
	[PROBE_AMBIVALENT] = "ambivalent", [PROBE_FAILED] = "failed",
};

static void print(const char *key, const char *value)
{
	if (*value != '\0')
		printf("%s=%s\n", key, value);
}

/* --- damage -------------------------------------------------------------------------------------
 */

enum { HEAD = 131072 + 8192 };

static uint64_t state = 1; /* xorshift: the same damage in every run */

static uint32_t random_below(uint32_t limit)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return (uint32_t)(state >> 32) % limit;
}

static void damage_once(const unsigned char *head, size_t length, int scratch)
{
	static const uint32_t places[] = {0, 0, 1024, 4096, 32768, 65536};
	static const unsigned char values[] = {0, 1, 0x7f, 0x80, 0xff};
	static unsigned char bytes[HEAD];
	unsigned changes = 1 + random_below(24);

	memcpy(bytes, head, length);
	while (changes-- > 0) {
		uint32_t at = places[random_below(6)] + random_below(1024);

		if (at < length)
			bytes[at] = random_below(2) ? values[random_below(5)]
						    : (unsigned char)random_below(256);
	}
	if (random_below(4) == 0)
		length = 1 + random_below((uint32_t)length);
	if (ftruncate(scratch, 0) < 0 || pwrite(scratch, bytes, length, 0) != (ssize_t)length)
		abort();
}

static int damage(unsigned rounds, const char *path)
{
	static unsigned char head[HEAD];
	int fd = open(path, O_RDONLY), scratch = memfd_create("damaged", 0);
	ssize_t length = fd < 0 ? -1 : read(fd, head, sizeof head);
	struct answer answer;

	if (length <= 0 || scratch < 0)
		return 2;
	while (rounds-- > 0) {
		damage_once(head, (size_t)length, scratch);
		probe_files(scratch, -1, 0, START_UNKNOWN, &answer);
		if (!answer_is_sane(&answer))
			return 1;
		probe_files(scratch, scratch, 1 + random_below(8), START_UNKNOWN, &answer);
		if (!answer_is_sane(&answer))
			return 1;
	}
	return 0;
}

int main(int argc, char **argv)
{
	int fd = argc > 1 ? open(argv[1], O_RDONLY) : -1, disk = -1;
	uint64_t start = START_UNKNOWN;
	uint32_t number = 0;
	struct answer answer;

	if (argc == 4 && strcmp(argv[1], "--damage") == 0)
		return damage((unsigned)strtoul(argv[2], NULL, 10), argv[3]);
	if (argc == 5) {
		disk = open(argv[2], O_RDONLY);
		number = (uint32_t)strtoul(argv[3], NULL, 10);
		if (strcmp(argv[4], "-") != 0)
			start = strtoull(argv[4], NULL, 10);
	}
	if (fd < 0 || (argc != 2 && disk < 0)) {
		fprintf(stderr, "usage: probe-file IMAGE [DISK NUMBER START]\n");
		return 2;
	}
	probe_files(fd, disk, number, start, &answer);
	if (!answer_is_sane(&answer)) {
		fprintf(stderr, "probe-file: %s: an answer that PID 1 would refuse\n", argv[1]);
		return 1;
	}
	print("outcome", outcomes[answer.outcome]);
	print("TYPE", answer.type);
	print("UUID", answer.uuid);
	print("LABEL", answer.label);
	print("PARTUUID", answer.part_uuid);
	print("PARTLABEL", answer.part_name);
	return 0;
}
