#include "init.h"
#include "links.h"
#include "log.h"
#include "properties.h"
#include "../core/device_ref.h"
#include "../helper/confine.h"
#include "../probe/helper.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

/* --- requests ------------------------------------------------------------- */

/* Devices that are never read: they have no medium of their own, or a slow one that nobody boots
 * from. udev's 60-persistent-storage.rules leaves out the same. */
static bool is_passed_over(const char *name)
{
	static const char *const starts[] = {"fd", "mtd", "zram", "ram"};
	unsigned i;

	for (i = 0; i < sizeof starts / sizeof starts[0]; i++) {
		size_t length = strlen(starts[i]);

		if (strncmp(name, starts[i], length) == 0 && name[length] >= '0' &&
		    name[length] <= '9')
			return true;
	}
	return false;
}

static bool is_safe_name(const char *name)
{
	return name != NULL && *name != '\0' && *name != '/' && strlen(name) < PROBE_NAME_MAX &&
	       strstr(name, "..") == NULL;
}

static bool starts_with(const char *text, const char *start)
{
	return strncmp(text, start, strlen(start)) == 0;
}

/* The event's properties but those that the new event has of its own. */
static size_t copy_properties(char *to, const struct event *event)
{
	size_t at, length = 0;

	for (at = 0; at < event->length; at += strlen(event->properties + at) + 1) {
		const char *property = event->properties + at;

		if (starts_with(property, "ACTION=") || starts_with(property, "SEQNUM=") ||
		    starts_with(property, "ID_FS_") || starts_with(property, "ID_PART_ENTRY_"))
			continue;
		memcpy(to + length, property, strlen(property) + 1);
		length += strlen(property) + 1;
	}
	return length;
}

static struct probe_request *make_request(struct probers *probers, const struct event *event)
{
	const char *partition = event_property(event, "PARTN");
	uint32_t number = event_device_number(event);
	struct probe_request *request = malloc(sizeof *request + event->length);

	if (request == NULL)
		return NULL;
	memset(request, 0, sizeof *request);
	request->node = NONE;
	request->device = number;
	request->question.id = ++probers->last_id;
	request->question.major = number >> 20;
	request->question.minor = number & 0xfffff;
	request->question.partition =
		partition != NULL ? (uint32_t)strtoul(partition, NULL, 10) : 0;
	snprintf(request->question.name, sizeof request->question.name, "%s",
		 event_property(event, "DEVNAME"));
	request->length = copy_properties(request->properties, event);
	return request;
}

static void add_request(struct probers *probers, struct probe_request *request)
{
	if (probers->first == NULL)
		probers->last = &probers->first;
	*probers->last = request;
	probers->last = &request->next;
}

void probe_start(struct init *init, const struct effect *effect)
{
	const char *name = event_property(effect->event, "DEVNAME");
	struct probe_request *request;

	if (event_device_number(effect->event) == 0 || !is_safe_name(name) ||
	    is_passed_over(name)) {
		init_end(init, effect->node, effect->serial, 0);
		return;
	}
	request = make_request(&init->probers, effect->event);
	if (request == NULL) {
		init_end(init, effect->node, effect->serial, -ENOMEM);
		return;
	}
	request->node = effect->node;
	request->serial = effect->serial;
	add_request(&init->probers, request);
}

/* --- children ------------------------------------------------------------- */

/* The volumes that the graph waits for: their groups' disks are asked for these alone. */
static void find_wanted(const struct init *init, struct wanted *wanted)
{
	struct device_ref ref;
	uint32_t i, k;

	wanted->count = 0;
	for (i = 0; i < init->blob.section[SECTION_nodes].count; i++) {
		device_ref_parse(machine_node_title(&init->machine, i), &ref);
		if ((ref.kind != REF_COMPLETE && ref.kind != REF_ENOUGH) ||
		    !starts_with(ref.text, "lvm:") || wanted->count == WANTED_MAX)
			continue;
		for (k = 0; k < wanted->count; k++)
			if (strcmp(wanted->volume[k], ref.text + strlen("lvm:")) == 0)
				break;
		wanted->volume[k] = ref.text + strlen("lvm:");
		wanted->count += k == wanted->count;
	}
}

static bool start_prober(const struct init *init, struct prober *prober)
{
	struct wanted wanted;
	int pair[2];

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) < 0)
		return false;
	prober->pid = child_fork(INPUT_NONE);
	if (prober->pid == 0) {
		close(pair[0]);
		prctl(PR_SET_NAME, "bootgraph-probe");
		find_wanted(init, &wanted);
		if (confine(CONFINED_PROBER) < 0)
			say(SAY_WARNING, "bootgraph: the probe child is not confined");
		probe_serve(pair[1], &wanted);
	}
	close(pair[1]);
	if (prober->pid < 0) {
		prober->pid = 0;
		close(pair[0]);
		return false;
	}
	prober->fd = pair[0];
	prober->request = NULL;
	return true;
}

static void drop_prober(struct prober *prober, int number)
{
	if (prober->pid == 0)
		return;
	/* Not waited for: its read may never return. Its group has the helper too, if it runs one.
	 */
	if (number != 0 && kill(-prober->pid, number) < 0)
		kill(prober->pid, number);
	close(prober->fd);
	prober->pid = 0;
	prober->request = NULL;
}

static void finish(struct init *init, struct probe_request *request, int32_t status)
{
	if (request->node != NONE && !request->cancelled)
		init_end(init, request->node, request->serial, status);
	free(request);
}

static struct prober *find_idle(struct init *init)
{
	struct prober *unused = NULL;
	uint32_t busy = 0, now = init_now();
	unsigned i;

	for (i = 0; i < PROBERS_MAX; i++) {
		struct prober *prober = &init->probers.prober[i];

		if (prober->pid == 0)
			unused = prober;
		else if (prober->request == NULL)
			return prober;
		else if (now - prober->since < PROBER_PATIENCE)
			busy++; /* it will have answered in a moment */
	}
	return busy == 0 && unused != NULL && start_prober(init, unused) ? unused : NULL;
}

void probers_assign(struct init *init)
{
	struct probers *probers = &init->probers;
	struct prober *prober;

	while (probers->first != NULL && (prober = find_idle(init)) != NULL) {
		struct probe_request *request = probers->first;

		if (send(prober->fd, &request->question, sizeof request->question,
			 MSG_NOSIGNAL | MSG_DONTWAIT) != sizeof request->question) {
			drop_prober(prober, SIGKILL);
			continue;
		}
		probers->first = request->next;
		prober->request = request;
		prober->since = init_now();
	}
}

/* When libblkid is to be asked: a device is waited for, nothing is going on, and there are some on
 * which nothing was found. */
static uint32_t when_to_dig(const struct init *init)
{
	uint32_t i;

	if (!init->started || init->machine.state->verdict != VERDICT_NONE ||
	    machine_is_busy(&init->machine) || !helper_exists())
		return NEVER;
	for (i = 0; i < init->devices.count; i++) {
		const struct seen *seen = &init->devices.seen[i];

		if (seen->present && seen->outcome == PROBE_NOTHING && !seen->thorough)
			return init->probers.news + PROBE_QUIET;
	}
	return NEVER;
}

uint32_t probers_deadline(const struct init *init)
{
	uint32_t deadline = when_to_dig(init);
	unsigned i;

	for (i = 0; init->probers.first != NULL && i < PROBERS_MAX; i++) {
		const struct prober *prober = &init->probers.prober[i];

		if (prober->request != NULL && prober->since + PROBER_PATIENCE < deadline &&
		    prober->since + PROBER_PATIENCE > init_now())
			deadline = prober->since + PROBER_PATIENCE;
	}
	return deadline;
}

/* --- answers -------------------------------------------------------------- */

/* What was found becomes a device event under udev's names. */
static void tell_answer(struct init *init, const struct probe_request *request,
			const struct answer *answer)
{
	struct properties properties = {.length = 0};
	struct event event = {.kind = EVENT_DEVICE};
	const struct seen *seen;
	char number[12] = "";

	devices_answer(&init->devices, request->device, answer);
	seen = devices_find(&init->devices, request->device);
	if (seen != NULL && !init->udev.on)
		links_make(seen);
	if (answer->outcome == PROBE_FAILED || request->length > sizeof properties.text / 2 ||
	    (request->question.thorough && answer->outcome == PROBE_NOTHING))
		return; /* nothing new */
	properties_add(&properties, "ACTION", "change");
	memcpy(properties.text + properties.length, request->properties, request->length);
	properties.length += request->length;
	properties_add(&properties, "BOOTGRAPH_PROBED", "1");
	properties_add(&properties, "ID_FS_TYPE", answer->type);
	properties_add(&properties, "ID_FS_UUID", answer->uuid);
	properties_add(&properties, "ID_FS_LABEL", answer->label);
	properties_add(&properties, "ID_PART_ENTRY_UUID", answer->part_uuid);
	properties_add(&properties, "ID_PART_ENTRY_NAME", answer->part_name);
	if (answer->part_number != 0)
		snprintf(number, sizeof number, "%u", (unsigned)answer->part_number);
	properties_add(&properties, "ID_PART_ENTRY_NUMBER", number);
	event.properties = properties.text;
	event.length = properties.length;
	init_tell(init, &event);
}

static bool reply_is_sane(const struct reply *reply)
{
	uint32_t i;

	if (!answer_is_sane(&reply->answer) || reply->membership_count > MEMBERSHIPS_MAX)
		return false;
	for (i = 0; i < reply->membership_count; i++)
		if (!membership_is_sane(&reply->membership[i]))
			return false;
	return true;
}

void prober_readable(struct init *init, struct prober *prober)
{
	struct probe_request *request = prober->request;
	struct reply reply;
	ssize_t n = recv(prober->fd, &reply, sizeof reply, MSG_DONTWAIT);
	uint32_t device;

	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n != sizeof reply || request == NULL || reply.id != request->question.id ||
	    !reply_is_sane(&reply)) {
		/* It has died, or lost its mind: what it was at has failed. */
		drop_prober(prober, SIGKILL);
		if (request != NULL)
			finish(init, request, -EIO);
		return;
	}
	prober->request = NULL;
	device = request->device;
	if (!request->cancelled) {
		tell_answer(init, request, &reply.answer);
		members_found(init, device, reply.membership, reply.membership_count);
	}
	finish(init, request, reply.answer.error);
}

bool probers_ended(struct init *init, pid_t pid)
{
	unsigned i;

	for (i = 0; i < PROBERS_MAX; i++) {
		struct prober *prober = &init->probers.prober[i];

		if (prober->pid == pid) {
			struct probe_request *request = prober->request;

			drop_prober(prober, 0);
			if (request != NULL)
				finish(init, request, -EIO);
			return true;
		}
	}
	return false;
}

/* --- leaving off ---------------------------------------------------------- */

/* A reaction's time is up for all that it began up to a serial. */
static bool is_stopped(const struct probe_request *request, uint32_t node, uint32_t serial)
{
	return request->node == node && (uint16_t)(serial - request->serial) <= INT16_MAX;
}

void probe_stop(struct init *init, uint32_t node, uint32_t serial)
{
	struct probe_request **link = &init->probers.first;
	unsigned i;

	while (*link != NULL) {
		struct probe_request *request = *link;

		if (is_stopped(request, node, serial)) {
			*link = request->next;
			free(request);
		} else {
			link = &request->next;
		}
	}
	init->probers.last = link;
	for (i = 0; i < PROBERS_MAX; i++) {
		struct prober *prober = &init->probers.prober[i];
		struct probe_request *request = prober->request;

		if (request == NULL || !is_stopped(request, node, serial))
			continue;
		say(SAY_WARNING, "bootgraph: /dev/%s cannot be read: no answer",
		    request->question.name);
		drop_prober(prober, SIGKILL);
		free(request);
	}
}

static void cancel(struct init *init, struct probe_request *request, uint32_t device)
{
	if (request->device != device || request->cancelled)
		return;
	if (request->node != NONE)
		init_end(init, request->node, request->serial, -ENODEV);
	request->cancelled = true;
}

void probe_forget(struct init *init, uint32_t device)
{
	struct probe_request *request;
	unsigned i;

	/* Those that wait are asked all the same, and find the device gone. */
	for (request = init->probers.first; request != NULL; request = request->next)
		cancel(init, request, device);
	for (i = 0; i < PROBERS_MAX; i++)
		if (init->probers.prober[i].request != NULL)
			cancel(init, init->probers.prober[i].request, device);
}

/* --- digging -------------------------------------------------------------- */

static void ask_thoroughly(struct init *init, const struct seen *seen)
{
	struct properties properties = {.length = 0};
	struct event event = {.kind = EVENT_DEVICE};
	struct probe_request *request;

	if (!is_safe_name(seen->name) || is_passed_over(seen->name))
		return;
	devices_add_identity(&properties, seen);
	event.properties = properties.text;
	event.length = properties.length;
	request = make_request(&init->probers, &event);
	if (request == NULL)
		return;
	request->question.thorough = 1;
	add_request(&init->probers, request);
}

void probers_tick(struct init *init, uint32_t now)
{
	uint32_t i;

	if (when_to_dig(init) > now)
		return;
	for (i = 0; i < init->devices.count; i++) {
		struct seen *seen = &init->devices.seen[i];

		if (seen->present && seen->outcome == PROBE_NOTHING && !seen->thorough) {
			seen->thorough = true; /* once each */
			ask_thoroughly(init, seen);
		}
	}
}

void probers_end(struct probers *probers)
{
	unsigned i;

	for (i = 0; i < PROBERS_MAX; i++)
		drop_prober(&probers->prober[i], SIGKILL);
}
