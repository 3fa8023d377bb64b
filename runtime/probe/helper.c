#include "helper.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

bool helper_exists(void)
{
	return access(PROBE_HELPER, X_OK) == 0;
}

static void set(char *to, size_t room, const char *value)
{
	answer_copy(to, room, (const unsigned char *)value, strlen(value));
}

void helper_read_line(struct answer *answer, const char *line)
{
	const char *value = strchr(line, '=');
	size_t length = value != NULL ? (size_t)(value++ - line) : 0;
	const struct {
		const char *key;
		char *to;
		size_t room;
	} fields[] = {
		{"ID_FS_TYPE", answer->type, sizeof answer->type},
		{"ID_FS_UUID", answer->uuid, sizeof answer->uuid},
		{"ID_FS_LABEL", answer->label, sizeof answer->label},
		{"ID_PART_ENTRY_UUID", answer->part_uuid, sizeof answer->part_uuid},
		{"ID_PART_ENTRY_NAME", answer->part_name, sizeof answer->part_name},
	};
	unsigned i;

	for (i = 0; value != NULL && i < sizeof fields / sizeof fields[0]; i++)
		if (strlen(fields[i].key) == length && memcmp(fields[i].key, line, length) == 0)
			set(fields[i].to, fields[i].room, value);
	if (length == strlen("ID_PART_ENTRY_NUMBER") &&
	    memcmp(line, "ID_PART_ENTRY_NUMBER", length) == 0)
		answer->part_number = (uint32_t)strtoul(value, NULL, 10);
}

/* The helper's output, as much of it as fits. */
static FILE *start(const char *device, pid_t *ret_pid)
{
	int pipe_ends[2];
	FILE *output;

	if (pipe2(pipe_ends, O_CLOEXEC) < 0)
		return NULL;
	*ret_pid = fork();
	if (*ret_pid == 0) {
		dup2(pipe_ends[1], STDOUT_FILENO);
		execl(PROBE_HELPER, PROBE_HELPER, device, (char *)NULL);
		_exit(127);
	}
	close(pipe_ends[1]);
	output = *ret_pid > 0 ? fdopen(pipe_ends[0], "r") : NULL;
	if (output == NULL)
		close(pipe_ends[0]);
	return output;
}

static enum probe_outcome read_status(int status, const struct answer *answer)
{
	if (!WIFEXITED(status))
		return PROBE_FAILED;
	switch (WEXITSTATUS(status)) {
	case 0:
		return answer->type[0] != '\0' ? PROBE_FOUND : PROBE_TABLE;
	case 2:
		return PROBE_NOTHING;
	case 8:
		return PROBE_AMBIVALENT;
	default:
		return PROBE_FAILED;
	}
}

void helper_ask(const char *device, struct answer *answer)
{
	char line[512];
	pid_t pid;
	FILE *output = start(device, &pid);
	int status = 0;

	if (output == NULL)
		return; /* the answer stays what it was */
	answer->type[0] = answer->uuid[0] = answer->label[0] = '\0';
	while (fgets(line, sizeof line, output) != NULL) {
		line[strcspn(line, "\n")] = '\0';
		helper_read_line(answer, line);
	}
	fclose(output);
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	answer->outcome = read_status(status, answer);
	answer->error = answer->outcome == PROBE_FAILED ? -EIO : 0;
}
