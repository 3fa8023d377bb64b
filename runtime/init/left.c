#include "left.h"
#include "log.h"
#include "process.h"
#include "../core/device_ref.h"
#include "../left/field.h"
#include "../left/stat.h"
#include "../helper/attribute.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#define LEFT   "/run/bootgraph/left"
#define SPARED SPARED_DIR "/bootgraph"

enum { KERNEL_NAME_MAX = 32 };

/* One word of a line, behind a space. */
static void put(FILE *file, const char *text)
{
	fputc(' ', file);
	field_write(file, text);
}

static bool close_written(FILE *file)
{
	bool good = !ferror(file);

	return fclose(file) == 0 && good;
}

/* --- processes ------------------------------------------------------------ */

struct writer {
	const struct init *init;
	FILE *left, *spared; /* spared: opened for the first process */
	bool failed;
};

/* The unit that has started it, "" if nobody knows. */
static const char *unit_of(const struct init *init, pid_t pid)
{
	struct node node;
	size_t i;

	for (i = 0; i < init->daemons.count; i++)
		if (init->daemons.daemon[i].pid == pid) {
			blob_node(&init->blob, init->daemons.daemon[i].node, &node);
			return blob_string(&init->blob, node.name);
		}
	return "";
}

/* On the list of sysvinit. */
static void spare(struct writer *writer, pid_t pid)
{
	if (writer->spared == NULL) {
		mkdir(SPARED_DIR, 0755);
		writer->spared = fopen(SPARED, "we");
	}
	if (writer->spared != NULL)
		fprintf(writer->spared, "%d\n", (int)pid);
	else
		writer->failed = true;
}

static void put_process(void *context, pid_t pid)
{
	struct writer *writer = context;
	char name[PROCESS_NAME_MAX];

	if (process_kind(pid) != PROCESS_STORAGE)
		return;
	process_name(pid, name);
	fprintf(writer->left, "process %d %llu", (int)pid, stat_start_of(pid));
	put(writer->left, name);
	put(writer->left, unit_of(writer->init, pid));
	fputc('\n', writer->left);
	spare(writer, pid);
}

/* --- sets ----------------------------------------------------------------- */

static bool ref_is(const struct device_ref *ref, const char *text)
{
	return strlen(text) == ref->length && memcmp(ref->text, text, ref->length) == 0;
}

/* Whether the boot waited for all of the set: only those are on the way to what it needs. */
static bool is_on_path(const struct init *init, const struct membership *set)
{
	uint32_t i;

	for (i = 0; i < init->machine.node_count; i++) {
		struct device_ref ref;
		struct node node;

		blob_node(&init->blob, i, &node);
		if (node.kind != NODE_DEVICE)
			continue;
		device_ref_parse(machine_node_title(&init->machine, i), &ref);
		if (ref.kind == REF_COMPLETE && (ref_is(&ref, set->set) || ref_is(&ref, set->name)))
			return true;
	}
	return false;
}

/* The number of the first device below this one, or 0. */
static uint32_t first_below(const char *name)
{
	char path[64 + KERNEL_NAME_MAX], number[32];
	unsigned major = 0, minor = 0;
	struct dirent *entry;
	DIR *below;

	snprintf(path, sizeof path, "/sys/class/block/%.31s/slaves", name);
	below = opendir(path);
	while (below != NULL && major == 0 && (entry = readdir(below)) != NULL) {
		if (entry->d_name[0] == '.' || strlen(entry->d_name) >= KERNEL_NAME_MAX)
			continue;
		attribute_read(entry->d_name, "dev", number, sizeof number);
		if (sscanf(number, "%u:%u", &major, &minor) != 2)
			major = minor = 0;
	}
	if (below != NULL)
		closedir(below);
	return major << 20 | minor;
}

/* The array that runs from the set's members, "" if none does. Two volumes of one container cannot
 * be told apart like this: then it has no name here either. */
static void find_array(const struct init *init, const char *set, char name[KERNEL_NAME_MAX])
{
	DIR *blocks = strncmp(set, "md:", 3) == 0 ? opendir("/sys/class/block") : NULL;
	struct dirent *entry;
	unsigned found = 0;

	while (blocks != NULL && (entry = readdir(blocks)) != NULL) {
		uint32_t below;

		if (strncmp(entry->d_name, "md", 2) != 0 ||
		    !isdigit((unsigned char)entry->d_name[2]) ||
		    strchr(entry->d_name, 'p') != NULL || strlen(entry->d_name) >= KERNEL_NAME_MAX)
			continue;
		below = first_below(entry->d_name);
		if (below == 0 || !sets_has_member(&init->members.sets, set, below))
			continue;
		strcpy(name, entry->d_name);
		found++;
	}
	if (blocks != NULL)
		closedir(blocks);
	if (found != 1)
		name[0] = '\0';
}

static void put_set(struct writer *writer, const char *set)
{
	const struct init *init = writer->init;
	const struct members *members = &init->members;
	char array[KERNEL_NAME_MAX];
	struct set_view view;
	uint32_t i;

	sets_view(&members->sets, set, &view);
	if (view.newest == NULL)
		return; /* its members have left again */
	find_array(init, set, array);
	fputs("set", writer->left);
	put(writer->left, set);
	put(writer->left, is_on_path(init, view.newest) ? "path" : "other");
	fprintf(writer->left, " %u %u", (unsigned)view.present, (unsigned)view.expected);
	put(writer->left, array);
	put(writer->left, view.newest->about);
	for (i = 0; i < members->sets.entry_count; i++) {
		uint32_t device = members->sets.entry[i].device;
		const struct seen *seen = devices_find(&init->devices, device);

		if (!members_is_repeated(members, i) && seen != NULL && seen->name != NULL &&
		    sets_has_member(&members->sets, set, device))
			put(writer->left, seen->name);
	}
	fputc('\n', writer->left);
}

/* --- nodes ---------------------------------------------------------------- */

/* What nobody will bring to an end any more, now that PID 1 goes. A reaction never ends, that a set
 * is whole is said with the set, and what the command line does not name is not waited for. */
static bool is_pending(const struct init *init, uint32_t index, const struct node *node)
{
	struct device_ref ref;

	if (init->machine.state->node[index].state >= STATE_DONE || node->kind == NODE_REACTION)
		return false;
	if (node->kind != NODE_DEVICE)
		return true;
	device_ref_parse(machine_node_title(&init->machine, index), &ref);
	return *machine_node_title(&init->machine, index) != '\0' && ref.kind != REF_COMPLETE &&
	       ref.kind != REF_ENOUGH && ref.kind != REF_HOST;
}

/* The devices that a unit would have made: whoever makes them has done its work. */
static void put_provided(struct writer *writer, uint32_t unit)
{
	const struct init *init = writer->init;
	uint32_t i;

	for (i = 0; i < init->blob.section[SECTION_edges].count; i++) {
		const char *title;
		struct edge edge;

		blob_edge(&init->blob, i, &edge);
		if (edge.kind != EDGE_PROVIDES || edge.from != unit)
			continue;
		title = machine_node_title(&init->machine, edge.to);
		if (*title != '\0')
			put(writer->left, title);
	}
}

static void put_pending(struct writer *writer)
{
	const struct init *init = writer->init;
	uint32_t i;

	for (i = 0; i < init->machine.node_count; i++) {
		struct node node;

		blob_node(&init->blob, i, &node);
		if (!is_pending(init, i, &node))
			continue;
		fprintf(writer->left, "pending %s", node_kind_name((enum node_kind)node.kind));
		put(writer->left, machine_node_title(&init->machine, i));
		put_provided(writer, i);
		fputc('\n', writer->left);
	}
}

/* --- all ------------------------------------------------------------------ */

static uint32_t since_start_of_machine(void)
{
	struct timespec now;

	clock_gettime(CLOCK_BOOTTIME, &now);
	return (uint32_t)(now.tv_sec * 1000 + now.tv_nsec / 1000000);
}

void left_write(const struct init *init)
{
	struct writer writer = {.init = init, .left = fopen(LEFT, "we")};
	uint32_t i;

	if (writer.left == NULL)
		return; /* there is no /run: the trace's absence says the same */
	fputs("bootgraph-left 1\nhanded-over ", writer.left);
	field_write_time(writer.left, init_now());
	fputc(' ', writer.left);
	field_write_time(writer.left, since_start_of_machine());
	fputc('\n', writer.left);
	process_each(put_process, &writer);
	for (i = 0; i < init->members.sets.told_count; i++)
		put_set(&writer, init->members.sets.told[i].set);
	put_pending(&writer);
	if (writer.spared != NULL && !close_written(writer.spared))
		writer.failed = true;
	if (writer.failed)
		say(SAY_WARNING, "bootgraph: " SPARED " could not be written: %s", strerror(errno));
	if (!close_written(writer.left))
		say(SAY_WARNING, "bootgraph: " LEFT " could not be written: %s", strerror(errno));
}
