#include "probe.h"
#include "helper.h"
#include "members.h"
#include "partition.h"
#include "superblock.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

static int open_disk(const char *name, uint32_t major, uint32_t minor)
{
	char path[sizeof "/dev/" + PROBE_NAME_MAX];
	struct stat st;
	int fd;

	snprintf(path, sizeof path, "/dev/%s", name);
	/* O_NONBLOCK: not to wait for a medium, nor to close a tray */
	fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY);
	if (fd < 0)
		return -errno;
	if (fstat(fd, &st) < 0 || !S_ISBLK(st.st_mode) || st.st_rdev != makedev(major, minor)) {
		close(fd);
		return -ENODEV; /* it has left, and its name is another's now */
	}
	return fd;
}

/* A small file of /sys, with its NUL. */
static bool read_small(const char *path, char *text, size_t room)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n;

	if (fd < 0)
		return false;
	n = read(fd, text, room - 1);
	close(fd);
	if (n < 0)
		return false;
	text[n] = '\0';
	return true;
}

/* The value of KEY= in a uevent file, or NULL; ends at the line's end. */
static const char *find_key(const char *text, const char *key)
{
	const char *at = strstr(text, key);

	return at != NULL && (at == text || at[-1] == '\n') ? at + strlen(key) : NULL;
}

/* The disk a partition is on, and where it begins there. */
static int open_parent(const struct question *question, uint64_t *ret_start)
{
	char path[96], text[512], name[PROBE_NAME_MAX];
	const char *major, *minor, *at;
	size_t length;

	*ret_start = START_UNKNOWN;
	snprintf(path, sizeof path, "/sys/dev/block/%u:%u/start", (unsigned)question->major,
		 (unsigned)question->minor);
	if (read_small(path, text, sizeof text))
		*ret_start = strtoull(text, NULL, 10) * 512;
	snprintf(path, sizeof path, "/sys/dev/block/%u:%u/../uevent", (unsigned)question->major,
		 (unsigned)question->minor);
	if (!read_small(path, text, sizeof text))
		return -ENOENT;
	major = find_key(text, "MAJOR=");
	minor = find_key(text, "MINOR=");
	at = find_key(text, "DEVNAME=");
	if (major == NULL || minor == NULL || at == NULL)
		return -ENOENT;
	length = strcspn(at, "\n");
	if (length >= sizeof name)
		return -ENAMETOOLONG;
	memcpy(name, at, length);
	name[length] = '\0';
	return open_disk(name, (uint32_t)strtoul(major, NULL, 10),
			 (uint32_t)strtoul(minor, NULL, 10));
}

/* A whole disk with a partition table is that, unless what was found stands where no partition is:
 * an md member whose array is partitioned shows the same table. */
static void look_at_table(struct disk *disk, uint64_t at, struct answer *answer)
{
	bool covered;

	if (!partition_table(disk, at, &covered))
		return;
	if (answer->outcome == PROBE_NOTHING || covered) {
		answer->type[0] = answer->uuid[0] = answer->label[0] = '\0';
		answer->outcome = PROBE_TABLE;
	}
}

void probe_files(int fd, int parent, uint32_t partition, uint64_t start, struct answer *answer)
{
	static struct disk disk; /* 64 KiB, and a child looks at one at a time */
	uint64_t at;
	int r;

	memset(answer, 0, sizeof *answer);
	if (parent >= 0 && disk_open(&disk, parent) == 0)
		partition_names(&disk, partition, start, answer);
	r = disk_open(&disk, fd);
	if (r < 0) {
		answer->outcome = PROBE_FAILED;
		answer->error = r;
		return;
	}
	answer->size = disk.size;
	at = superblock_probe(&disk, answer);
	if (partition == 0)
		look_at_table(&disk, at, answer);
	if (answer->outcome == PROBE_NOTHING && disk.failed) {
		answer->outcome = PROBE_FAILED;
		answer->error = -EIO;
	}
}

/* libblkid, where the table is not enough and the image has it. */
static void ask_helper(const struct question *question, struct answer *answer)
{
	char path[sizeof "/dev/" + PROBE_NAME_MAX];

	if ((answer->outcome != PROBE_AMBIVALENT &&
	     !(answer->outcome == PROBE_NOTHING && question->thorough)) ||
	    !helper_exists())
		return;
	snprintf(path, sizeof path, "/dev/%s", question->name);
	helper_ask(path, answer);
}

void probe_device(const struct question *question, const struct wanted *wanted, struct reply *reply)
{
	struct answer *answer = &reply->answer;
	uint64_t start = START_UNKNOWN;
	int fd, parent = -1;

	memset(answer, 0, sizeof *answer);
	fd = open_disk(question->name, question->major, question->minor);
	if (fd < 0) {
		answer->outcome = PROBE_FAILED;
		answer->error = fd;
		return;
	}
	if (question->partition != 0)
		parent = open_parent(question, &start);
	probe_files(fd, parent, question->partition, start, answer);
	reply->membership_count = members_probe(fd, answer, wanted, reply->membership);
	if (parent >= 0)
		close(parent);
	close(fd);
	ask_helper(question, answer);
}

void probe_serve(int socket, const struct wanted *wanted)
{
	struct question question;

	for (;;) {
		struct reply reply;
		ssize_t n = recv(socket, &question, sizeof question, 0);

		if (n < 0 && errno == EINTR)
			continue;
		if (n != sizeof question)
			_exit(n == 0 ? 0 : 1);
		memset(&reply, 0, sizeof reply);
		reply.id = question.id;
		question.name[PROBE_NAME_MAX - 1] = '\0';
		probe_device(&question, wanted, &reply);
		if (send(socket, &reply, sizeof reply, MSG_NOSIGNAL) != sizeof reply)
			_exit(1);
	}
}
