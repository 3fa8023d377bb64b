/* members-file IMAGE [GROUP/VOLUME...]: what the probe child would say of the sets that a device
 * with this content belongs to, if the graph asked for these volumes. */
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "../../runtime/probe/members.h"
#include "../../runtime/probe/partition.h"
#include "../../runtime/probe/probe.h"

static void print_member(const struct membership *membership)
{
	printf("set %s\n", membership->set);
	if (membership->name[0] != '\0')
		printf("  name %s\n", membership->name);
	printf("  member %s\n", membership->member);
	if (membership->slack == UINT32_MAX)
		puts("  slack any");
	if (membership->expects[0] != '\0')
		printf("  expects %s\n  enough %s\n", membership->expects, membership->enough);
	if (membership->about[0] != '\0')
		printf("  about %s\n", membership->about);
	if (!membership_is_sane(membership))
		puts("  which PID 1 would not believe");
}

int main(int argc, char *argv[])
{
	struct membership membership[MEMBERSHIPS_MAX];
	struct wanted wanted = {.count = 0};
	struct answer answer;
	uint32_t count, i;
	int fd, k;

	if (argc < 2) {
		fputs("usage: members-file IMAGE [GROUP/VOLUME...]\n", stderr);
		return 2;
	}
	for (k = 2; k < argc && wanted.count < WANTED_MAX; k++)
		wanted.volume[wanted.count++] = argv[k];
	fd = open(argv[1], O_RDONLY | O_CLOEXEC);
	if (fd < 0) {
		perror(argv[1]);
		return 2;
	}
	probe_files(fd, -1, 0, START_UNKNOWN, &answer);
	count = members_probe(fd, &answer, &wanted, membership);
	for (i = 0; i < count; i++)
		print_member(&membership[i]);
	close(fd);
	return 0;
}
