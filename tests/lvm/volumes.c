/* lvm-volumes --text FILE: the volume group that a metadata text describes.
 * lvm-volumes NAME=IMAGE...: the one that is on images of physical volumes, whose names in tables
 * are given; the newest metadata counts. What is refused is printed, too: "refused: WHY". */
#include "print.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { MEMORY = 256 << 20, IMAGES_MAX = 16 };

static struct lvm_memory new_memory(void)
{
	struct lvm_memory memory = {malloc(MEMORY), MEMORY, 0};

	if (memory.block == NULL)
		abort();
	return memory;
}

static int print_text(const char *path)
{
	struct lvm_memory memory = new_memory();
	struct lvm_error error;
	struct lvm_group group;
	FILE *file = fopen(path, "re");
	char *text = malloc(MEMORY);
	size_t length;

	if (file == NULL || text == NULL) {
		perror(path);
		exit(2);
	}
	length = fread(text, 1, MEMORY, file);
	fclose(file);
	if (lvm_group_parse(&memory, text, length, &group, &error))
		print_group(stdout, &memory, &group, NULL);
	else
		printf("refused: %s\n", error.text);
	free(memory.block);
	free(text);
	return 0;
}

static int open_image(const char *path, uint64_t *ret_size)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	struct stat st;

	if (fd < 0 || fstat(fd, &st) < 0) {
		perror(path);
		exit(2);
	}
	*ret_size = (uint64_t)st.st_size;
	return fd;
}

static int print_images(char *arguments[], int count)
{
	static struct lvm_device device[IMAGES_MAX];
	const char *name[IMAGES_MAX], *of_pv[IMAGES_MAX + 1] = {NULL};
	const struct lvm_group *group = NULL;
	struct lvm_memory memory = new_memory();
	struct lvm_error error;
	uint64_t size;
	int i;

	for (i = 0; i < count && i < IMAGES_MAX; i++) {
		char *path = strchr(arguments[i], '=');
		int fd;

		if (path == NULL)
			exit(2);
		*path++ = '\0';
		name[i] = arguments[i];
		fd = open_image(path, &size);
		if (!lvm_device_read_file(&memory, fd, size, &device[i], &error))
			printf("%s refused: %s\n", name[i], error.text);
		else if (!device[i].has_group)
			printf("%s %s has no metadata\n", name[i], device[i].label.id);
		else if (group == NULL || device[i].group.seqno > group->seqno)
			group = &device[i].group;
		close(fd);
	}
	if (group == NULL || group->pv_count > IMAGES_MAX)
		return 1;
	for (i = 0; i < count && i < IMAGES_MAX; i++) {
		uint32_t pv = lvm_group_find_pv(group, device[i].label.id);

		if (pv != LVM_NONE)
			of_pv[pv] = name[i];
	}
	print_group(stdout, &memory, group, of_pv);
	free(memory.block);
	return 0;
}

int main(int argc, char *argv[])
{
	if (argc == 3 && strcmp(argv[1], "--text") == 0)
		return print_text(argv[2]);
	if (argc > 1)
		return print_images(argv + 1, argc - 1);
	fputs("usage: lvm-volumes --text FILE | NAME=IMAGE...\n", stderr);
	return 2;
}
