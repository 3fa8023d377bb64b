#include "container.h"

#include <errno.h>
#include <fcntl.h>
#include <scsi/sg.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

enum { ANSWER_ROOM = 255, TIMEOUT_MS = 5000 };

/* NVMe has it in sysfs. */
static size_t read_sysfs(int fd, char *text, size_t room)
{
	char path[80];
	struct stat st;
	ssize_t n = -1;
	int file;

	if (fstat(fd, &st) < 0 || !S_ISBLK(st.st_mode))
		return 0;
	snprintf(path, sizeof path, "/sys/dev/block/%u:%u/device/serial", major(st.st_rdev),
		 minor(st.st_rdev));
	file = open(path, O_RDONLY | O_CLOEXEC);
	if (file >= 0) {
		n = read(file, text, room);
		close(file);
	}
	return n > 0 ? (size_t)n : 0;
}

/* SCSI and what speaks it, like ATA: INQUIRY, vital product data page 0x80 (SPC-4, 7.8.15). */
static size_t ask_scsi(int fd, char *text, size_t room)
{
	unsigned char command[] = {0x12, 1, 0x80, 0, ANSWER_ROOM, 0}, answer[ANSWER_ROOM] = {0},
		      sense[32];
	struct sg_io_hdr request = {.interface_id = 'S',
				    .cmdp = command,
				    .cmd_len = sizeof command,
				    .dxferp = answer,
				    .dxfer_len = sizeof answer,
				    .dxfer_direction = SG_DXFER_FROM_DEV,
				    .sbp = sense,
				    .mx_sb_len = sizeof sense,
				    .timeout = TIMEOUT_MS};
	size_t length;

	if (ioctl(fd, SG_IO, &request) < 0 || (request.info & SG_INFO_OK_MASK) != SG_INFO_OK)
		return 0;
	length = answer[3];
	if (length > room || length > sizeof answer - 4)
		return 0;
	memcpy(text, answer + 4, length);
	return length;
}

void disk_serial(int fd, char serial[SERIAL_SIZE])
{
	char text[50]; /* as much as mdadm takes */
	size_t length = read_sysfs(fd, text, sizeof text), from, to = 0, n = 0;

	if (length == 0)
		length = ask_scsi(fd, text, sizeof text);
	for (from = 0; from < length && text[from] != '\0'; from++)
		if ((signed char)text[from] > ' ')
			text[to++] = text[from];
	for (from = to > SERIAL_SIZE - 1 ? to - (SERIAL_SIZE - 1) : 0; from < to; from++)
		serial[n++] = (char)(text[from] == ':' ? ';' : text[from]);
	serial[n] = '\0';
}
