/* Stands in for libFuzzer where there is none: runs a fuzz target once over each file given, and
 * over each file of each folder given. */
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static unsigned replayed;

static void die(const char *what)
{
	perror(what);
	exit(2);
}

/* The content is in a block of exactly its size, so that reading beyond it is noticed. */
static void replay_file(const char *path, size_t size)
{
	FILE *in = fopen(path, "rb");
	uint8_t *data = malloc(size > 0 ? size : 1);

	if (in == NULL || data == NULL || fread(data, 1, size, in) != size)
		die(path);
	LLVMFuzzerTestOneInput(data, size);
	replayed++;
	free(data);
	fclose(in);
}

static void replay(const char *path)
{
	struct stat status;
	struct dirent *entry;
	DIR *folder;

	if (stat(path, &status) < 0)
		die(path);
	if (!S_ISDIR(status.st_mode)) {
		replay_file(path, (size_t)status.st_size);
		return;
	}
	folder = opendir(path);
	if (folder == NULL)
		die(path);
	while ((entry = readdir(folder)) != NULL) {
		char inside[4096];

		if (entry->d_name[0] == '.')
			continue;
		snprintf(inside, sizeof inside, "%s/%s", path, entry->d_name);
		replay(inside);
	}
	closedir(folder);
}

int main(int argc, char **argv)
{
	int i;

	for (i = 1; i < argc; i++)
		replay(argv[i]);
	printf("%u inputs\n", replayed);
	return replayed > 0 ? 0 : 1;
}
