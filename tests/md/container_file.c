/* container-file SERIAL IMAGE: what a disk in a container of the firmware's says of its volumes, as
 * KEY=value lines; SERIAL is its serial number, by which IMSM would know it.
 *
 *   container-file --sha1   tries the hash that UUIDs are made with on known answers */
#include "../../runtime/probe/container.h"
#include "../../runtime/probe/sha1.h"

#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static void print(const struct container *container)
{
	struct membership m;
	unsigned i;

	for (i = 0; i < container->count; i++) {
		const struct md *md = &container->volume[i];

		if (!md_membership(md, &m) || !membership_is_sane(&m)) {
			printf("volume %u: nothing\n", i);
			continue;
		}
		printf("set=%s\nname=%s\nmember=%s\ngeneration=%" PRIu64
		       "\nexpects=%s\nenough=%s\nabout=%s\nclean=%s\n",
		       m.set, m.name, m.member, m.generation, m.expects, m.enough, m.about,
		       md->clean ? "yes" : "no");
	}
}

/* The examples of FIPS 180-4 (one block, and one whose end needs another), and lengths at which the
 * padding just fits. */
static int try_sha1(void)
{
	static const struct {
		const char *text;
		size_t repeat;
		const char *digest;
	} known[] = {
		{"", 1, "da39a3ee5e6b4b0d3255bfef95601890afd80709"},
		{"abc", 1, "a9993e364706816aba3e25717850c26c9cd0d89d"},
		{"abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq", 1,
		 "84983e441c3bd26ebaae4aa1f95129e5e54670f1"},
		{"a", 55, "c1c8bbdc22796e28c0e15163d20899b65621d65a"},
		{"a", 56, "c2db330f6083854c99d4b5bfb6e8f29f201be699"},
		{"a", 64, "0098ba824b5c16427bd7a1122a5a442a25ec644d"},
		{"a", 119, "ee971065aaa017e0632a8ca6c77bb3bf8b1dfc56"},
	};
	int failures = 0;
	size_t i, k;

	for (i = 0; i < sizeof known / sizeof known[0]; i++) {
		unsigned char digest[SHA1_BYTES], input[SHA1_INPUT_MAX];
		size_t length = strlen(known[i].text), n = 0;
		char text[2 * SHA1_BYTES + 1] = "";

		for (k = 0; k < known[i].repeat; k++, n += length)
			memcpy(input + n, known[i].text, length);
		sha1(input, n, digest);
		for (k = 0; k < SHA1_BYTES; k++)
			snprintf(text + 2 * k, 3, "%02x", digest[k]);
		if (strcmp(text, known[i].digest) != 0) {
			printf("%zu times \"%s\": %s\n", known[i].repeat, known[i].text, text);
			failures++;
		}
	}
	return failures > 0;
}

int main(int argc, char **argv)
{
	static struct container container;
	static struct disk disk;
	int fd;

	if (argc == 2 && strcmp(argv[1], "--sha1") == 0)
		return try_sha1();
	if (argc != 3) {
		fputs("usage: container-file SERIAL IMAGE | --sha1\n", stderr);
		return 2;
	}
	fd = open(argv[2], O_RDONLY | O_CLOEXEC);
	if (fd < 0 || disk_open(&disk, fd) < 0) {
		perror(argv[2]);
		return 2;
	}
	if (ddf_read(&disk, &container) || imsm_read(&disk, argv[1], &container))
		print(&container);
	else
		puts("none");
	return 0;
}
