/* The loop: one poll over the kernel's events, children, probe answers and time. */
#include "handoff.h"
#include "init.h"
#include "log.h"
#include "array.h"
#include "links.h"
#include "mapping.h"
#include "progress.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/reboot.h>
#include <sys/signalfd.h>
#include <time.h>
#include <unistd.h>

enum {
	UEVENTS_PER_TURN = 64, /* then the others have their turn */
	REAP_INTERVAL = 50,    /* milliseconds */
	UEVENTS_FD = 0,
	SIGNALS_FD = 1,
	PROMPTS_FD = 2,
	HOLDS_FD = 3,
	UDEV_FD = 4,
	PROBERS_FD = 5,
	FD_COUNT = PROBERS_FD + PROBERS_MAX,
};

/* How long somebody has been at a break point. */
static uint32_t stood_still;

void init_stand_still(uint32_t milliseconds)
{
	stood_still += milliseconds;
}

uint32_t init_now(void)
{
	static struct timespec begin;
	struct timespec now;
	int64_t milliseconds;

	clock_gettime(CLOCK_MONOTONIC, &now);
	if (begin.tv_sec == 0 && begin.tv_nsec == 0)
		begin = now;
	milliseconds = (int64_t)(now.tv_sec - begin.tv_sec) * 1000 +
		       (now.tv_nsec - begin.tv_nsec) / 1000000;
	return (uint32_t)milliseconds - stood_still;
}

const char *init_parameter(const struct init *init, enum parameter_id id)
{
	if (init->started)
		return machine_parameter(&init->machine, id);
	return init->boot.parameter[id] != NULL ? init->boot.parameter[id] : "";
}

/* --- the machine ---------------------------------------------------------- */

bool init_make_room_for_ends(struct ends *ends)
{
	size_t room = ends->room > 0 ? 2 * ends->room : 64;
	struct end *end = realloc(ends->end, room * sizeof *end);

	if (end == NULL)
		return false;
	ends->end = end;
	ends->room = room;
	return true;
}

void init_end(struct init *init, uint32_t node, uint32_t serial, int32_t status)
{
	struct ends *ends = &init->ends;

	if (ends->count == ends->room && !init_make_room_for_ends(ends)) {
		say(SAY_ERROR, "bootgraph: no memory; a step's end is lost");
		return; /* its limit will end it */
	}
	ends->end[ends->count++] = (struct end){node, serial, status};
}

static bool is_block(const struct event *event)
{
	const char *subsystem = event_property(event, "SUBSYSTEM");

	return subsystem != NULL && strcmp(subsystem, "block") == 0;
}

/* A device has left. */
static void forget(struct init *init, uint32_t device)
{
	const struct seen *seen = devices_find(&init->devices, device);

	probe_forget(init, device);
	if (seen != NULL && !init->udev.on)
		links_remove(seen);
}

static void tell(struct init *init, const struct event *event)
{
	uint32_t now = init_now();
	bool new_device = false, removed = false;
	const char *action;

	if (event->kind == EVENT_DEVICE) {
		new_device = devices_event(&init->devices, event, init->coldplug.walk);
		init->probers.news = now;
		action = event_property(event, "ACTION");
		removed = action != NULL && strcmp(action, "remove") == 0 && is_block(event);
		if (removed)
			forget(init, event_device_number(event));
	}
	if (!init->started)
		return;
	trace_event(&init->trace.sink, &init->machine, now, event);
	machine_event(&init->machine, event, now);
	if (removed)
		members_forget(init, event_device_number(event));
	if (new_device && init->rescue.open && init->rescue.no_shell)
		init->rescue.left = true; /* nobody else can make it look again */
}

/* A mapping's event, with the names that the kernel leaves out. */
static void tell_mapping(struct init *init, const struct event *event)
{
	struct properties properties = {.length = 0};
	struct event named = {.kind = EVENT_DEVICE};

	if (!properties_add_all(&properties, event->properties, event->length))
		return; /* longer than the kernel makes them */
	mapping_add(&properties, event);
	named.properties = properties.text;
	named.length = properties.length;
	if (event_property(&named, "DM_NAME") != NULL && !init->udev.on)
		links_make_mapping(event_property(&named, "DEVNAME"));
	tell(init, &named);
}

/* An array's event: what it is if it runs, and else that it is not there. */
static void tell_array(struct init *init, const struct event *event)
{
	struct properties properties = {.length = 0};
	struct event told = {.kind = EVENT_DEVICE};

	if (!array_event(&properties, event))
		return; /* longer than the kernel makes them */
	told.properties = properties.text;
	told.length = properties.length;
	tell(init, &told);
}

void init_tell(struct init *init, const struct event *event)
{
	if (event->kind == EVENT_DEVICE && mapping_concerns(event)) {
		if (!mapping_is_passing(event))
			tell_mapping(init, event);
	} else if (event->kind == EVENT_DEVICE && array_concerns(event))
		tell_array(init, event);
	else
		tell(init, event);
}

/* Tells of all ends, also of those that come up by the way. */
static void tell_ends(struct init *init)
{
	size_t i;

	for (i = 0; i < init->ends.count; i++) {
		struct event event;

		if (init->ends.end[i].node == NONE)
			continue;
		event = (struct event){.kind = EVENT_FINISHED,
				       .node = init->ends.end[i].node,
				       .serial = init->ends.end[i].serial,
				       .status = init->ends.end[i].status};

		init_tell(init, &event);
	}
	init->ends.count = 0;
}

/* --- what there is to read ------------------------------------------------ */

static void say_lost(struct init *init)
{
	say(SAY_WARNING, "bootgraph: the kernel's device events came too fast and some were lost; "
			 "/sys is read again");
	tracefile_remark(&init->trace, init_now(), "events were lost, /sys is read again");
}

/* The kernel reports a loss once, and drops further events without a word until the buffer was
 * empty (kernel: net/netlink/af_netlink.c, NETLINK_S_CONGESTED). So only a walk that begins after
 * that finds everything. */
static void read_uevents(struct init *init)
{
	struct event event;
	unsigned i;

	for (i = 0; i < UEVENTS_PER_TURN; i++) {
		switch (uevents_read(&init->uevents, &event)) {
		case UEVENT_NONE:
			if (!init->uevents.lost)
				return;
			init->uevents.lost = false;
			say_lost(init);
			coldplug_start(init);
			return;
		case UEVENT_DROPPED:
			break;
		case UEVENT_TAKEN:
			init_tell(init, &event);
			tell_ends(init);
			break;
		case UEVENT_LOST:
			init->uevents.lost = true;
			break;
		}
	}
}

static void read_signals(struct init *init)
{
	struct signalfd_siginfo info;

	while (read(init->signals, &info, sizeof info) == sizeof info)
		if (info.ssi_signo == SIGINT) { /* Ctrl-Alt-Del (reboot(2)) */
			say(SAY_ERROR, "bootgraph: rebooting");
			tracefile_flush(&init->trace);
			reboot(RB_AUTOBOOT);
		}
	children_reap(init);
}

/* --- waiting -------------------------------------------------------------- */

static uint32_t next_deadline(const struct init *init)
{
	uint32_t deadline = init->started ? machine_deadline(&init->machine) : NEVER;
	uint32_t other = children_deadline(init);

	if (other < deadline)
		deadline = other;
	other = daemons_deadline(init);
	if (other < deadline)
		deadline = other;
	other = progress_deadline(init);
	if (other < deadline)
		deadline = other;
	other = probers_deadline(init);
	return other < deadline ? other : deadline;
}

/* Without a descriptor for signals (the kernel had no memory for one), children are looked for
 * every so often. */
static int time_left(const struct init *init)
{
	uint32_t deadline = next_deadline(init), now = init_now();

	if (init->coldplug.stage != COLDPLUG_IDLE || init->uevents.lost || deadline <= now)
		return 0;
	if (init->signals < 0 && deadline - now > REAP_INTERVAL)
		return REAP_INTERVAL;
	if (deadline == NEVER)
		return -1;
	return deadline - now < INT32_MAX ? (int)(deadline - now) : INT32_MAX;
}

static void wait_and_read(struct init *init)
{
	struct pollfd fd[FD_COUNT];
	unsigned i;
	int timeout = time_left(init);

	fd[UEVENTS_FD] = (struct pollfd){.fd = init->uevents.fd, .events = POLLIN};
	fd[SIGNALS_FD] = (struct pollfd){.fd = init->signals, .events = POLLIN};
	fd[PROMPTS_FD] = (struct pollfd){.fd = init->prompts.fd, .events = POLLIN};
	fd[HOLDS_FD] = (struct pollfd){.fd = init->holds.poll, .events = POLLIN};
	fd[UDEV_FD] = (struct pollfd){.fd = init->udev.fd, .events = POLLIN};
	for (i = 0; i < PROBERS_MAX; i++)
		fd[PROBERS_FD + i] = (struct pollfd){
			.fd = init->probers.prober[i].pid != 0 ? init->probers.prober[i].fd : -1,
			.events = POLLIN};
	if (poll(fd, FD_COUNT, timeout) < 0)
		return;
	if (fd[UEVENTS_FD].revents != 0 || init->uevents.lost)
		read_uevents(init);
	if (fd[UDEV_FD].revents != 0)
		udev_readable(init);
	if (fd[SIGNALS_FD].revents != 0 || init->signals < 0)
		read_signals(init);
	if (fd[PROMPTS_FD].revents != 0 && init->prompts.fd >= 0)
		prompts_readable(init);
	if (fd[HOLDS_FD].revents != 0)
		holds_readable(init);
	for (i = 0; i < PROBERS_MAX; i++)
		if (fd[PROBERS_FD + i].revents != 0 &&
		    init->probers.prober[i].fd == fd[PROBERS_FD + i].fd &&
		    init->probers.prober[i].pid != 0)
			prober_readable(init, &init->probers.prober[i]);
}

/* --- turns ---------------------------------------------------------------- */

static void tell_time(struct init *init)
{
	uint32_t now = init_now();

	children_tick(init, now);
	daemons_tick(init, now);
	progress_tick(init, now);
	probers_tick(init, now);
	if (init->started && machine_deadline(&init->machine) <= now)
		init_tell(init, &(struct event){.kind = EVENT_TICK});
}

static void hand_over(struct init *init)
{
	int r = handoff(init);

	init->new_root = NULL;
	init_end(init, init->handoff.node, init->handoff.serial, r);
}

static void see_to_rescue(struct init *init)
{
	if (init->rescue.wanted)
		rescue_open(init, NULL);
	if (init->rescue.open && init->rescue.left && init->started) {
		init->rescue.open = init->rescue.left = false;
		prompts_resume(init);
		init_tell(init, &(struct event){.kind = EVENT_AGAIN});
	}
}

void loop_run(struct init *init)
{
	while (init->started || !init->rescue.left) {
		tell_ends(init);
		if (init->new_root != NULL) {
			hand_over(init);
			continue;
		}
		see_to_rescue(init);
		if (init->ends.count > 0)
			continue;
		if (init->coldplug.stage != COLDPLUG_IDLE)
			coldplug_step(init);
		tell_ends(init);
		probers_assign(init);
		if (init->new_root != NULL || init->rescue.wanted)
			continue;
		wait_and_read(init);
		tell_time(init);
	}
}
