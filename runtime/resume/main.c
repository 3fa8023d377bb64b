#include "resume.h"

#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define LEFT "/run/bootgraph/left"

enum {
	LEFT_MAX = 1 << 20,
	RETRY_AFTER = 1000, /* milliseconds */
};

static const char usage[] =
	"usage: bootgraph-resume [--once]\n"
	"\n"
	"Takes up, in the real system, what bootgraph's initramfs left going on: adds late\n"
	"members to the arrays that the boot stands on, watches arrays and the processes that\n"
	"live on, and writes down what happens, for bootgraph status. See bootgraph-resume(8).\n"
	"\n"
	"  --once            look once, and end\n"
	"  --help            this text\n";

/* --- beginning ------------------------------------------------------------ */

static bool read_left(struct resume *resume)
{
	FILE *file = fopen(LEFT, "re");
	char *text = calloc(1, LEFT_MAX);
	enum field_head head = FIELD_HEAD_OTHER;

	if (file == NULL)
		journal_say(LOG_ERR, "%s: %s; bootgraph has not started this system", LEFT,
			    strerror(errno));
	else if (text != NULL && fread(text, 1, LEFT_MAX - 1, file) > 0)
		head = left_read(text, &resume->left);
	if (file != NULL)
		fclose(file);
	free(text);
	if (file != NULL && head == FIELD_HEAD_NEWER)
		journal_say(LOG_ERR, "%s is of a version that this program does not know", LEFT);
	else if (file != NULL && head == FIELD_HEAD_OTHER)
		journal_say(LOG_ERR, "%s cannot be read, or is not what bootgraph leaves there",
			    LEFT);
	return head == FIELD_HEAD_OURS;
}

/* With udevd its events come, once its rules are through with a device; else the kernel's. */
static bool open_monitor(struct resume *resume)
{
	resume->udev = udev_new();
	resume->has_udevd = access("/run/udev/control", F_OK) == 0;
	if (resume->udev == NULL)
		return false;
	resume->monitor =
		udev_monitor_new_from_netlink(resume->udev, resume->has_udevd ? "udev" : "kernel");
	return resume->monitor != NULL &&
	       udev_monitor_filter_add_match_subsystem_devtype(resume->monitor, "block", NULL) >=
		       0 &&
	       udev_monitor_set_receive_buffer_size(resume->monitor, 1 << 20) >= 0 &&
	       udev_monitor_enable_receiving(resume->monitor) >= 0;
}

/* Those that came before the monitor was open. */
static void consider_all(struct resume *resume)
{
	struct udev_enumerate *all = udev_enumerate_new(resume->udev);
	struct udev_list_entry *entry;

	if (all == NULL || udev_enumerate_add_match_subsystem(all, "block") < 0 ||
	    udev_enumerate_scan_devices(all) < 0) {
		journal_say(LOG_WARNING, "block devices cannot be listed");
		if (all != NULL)
			udev_enumerate_unref(all);
		return;
	}
	udev_list_entry_foreach(entry, udev_enumerate_get_list_entry(all))
	{
		struct udev_device *device =
			udev_device_new_from_syspath(resume->udev, udev_list_entry_get_name(entry));

		if (device == NULL)
			continue; /* it has left meanwhile */
		members_consider(resume, device);
		btrfs_consider(resume, device);
		udev_device_unref(device);
	}
	udev_enumerate_unref(all);
}

/* sd_notify(3)'s protocol: one datagram. */
static void notify_ready(void)
{
	const char *path = getenv("NOTIFY_SOCKET");
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	size_t length = path != NULL ? strlen(path) : 0;
	int fd;

	if (length == 0 || length >= sizeof address.sun_path)
		return;
	memcpy(address.sun_path, path, length);
	if (path[0] == '@')
		address.sun_path[0] = '\0'; /* an abstract one */
	fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0 || sendto(fd, "READY=1", 7, MSG_NOSIGNAL, (struct sockaddr *)&address,
			     (socklen_t)(offsetof(struct sockaddr_un, sun_path) + length)) < 0)
		journal_say(LOG_WARNING, "systemd cannot be told: %s", strerror(errno));
	if (fd >= 0)
		close(fd);
}

/* --- the loop ------------------------------------------------------------- */

/* Only what has just been plugged in is considered: a device that somebody took out of its array,
 * and that changes then, is not to be put back. */
static void take_device(struct resume *resume)
{
	struct udev_device *device = udev_monitor_receive_device(resume->monitor);
	const char *action;

	if (device == NULL) {
		if (errno == ENOBUFS)
			consider_all(resume); /* events were lost */
		return;
	}
	action = udev_device_get_action(device);
	if (action != NULL && strcmp(action, "add") == 0)
		members_consider(resume, device);
	if (action != NULL && strcmp(action, "remove") != 0)
		btrfs_consider(resume, device);
	udev_device_unref(device);
	pending_look(resume);
	arrays_look(resume);
}

static int stop_signals(void)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	sigprocmask(SIG_BLOCK, &set, NULL);
	return signalfd(-1, &set, SFD_CLOEXEC);
}

/* Until it is told to end. */
static bool watch(struct resume *resume)
{
	enum { SIGNALS, MONITOR, MDSTAT, PROCESSES };
	size_t count = PROCESSES + resume->watched_count, i;
	struct pollfd *fd = calloc(count, sizeof *fd);
	int signals = stop_signals(), ready;

	while (fd != NULL && signals >= 0) {
		fd[SIGNALS] = (struct pollfd){signals, POLLIN, 0};
		fd[MONITOR] = (struct pollfd){udev_monitor_get_fd(resume->monitor), POLLIN, 0};
		fd[MDSTAT] = (struct pollfd){resume->mdstat, POLLPRI, 0};
		for (i = 0; i < resume->watched_count; i++)
			fd[PROCESSES + i] = (struct pollfd){resume->watched[i].fd, POLLIN, 0};
		ready = poll(fd, count, members_has_retries(resume) ? RETRY_AFTER : -1);
		if (ready < 0 && errno != EINTR)
			break;
		if (ready == 0)
			members_retry(resume);
		if (fd[SIGNALS].revents != 0)
			break;
		if (fd[MONITOR].revents != 0)
			take_device(resume);
		if (fd[MDSTAT].revents != 0)
			arrays_look(resume);
		for (i = 0; i < resume->watched_count; i++)
			if (fd[PROCESSES + i].revents != 0)
				processes_ended(resume, &resume->watched[i]);
	}
	if (fd == NULL || signals < 0 || fd[SIGNALS].revents == 0)
		journal_say(LOG_ERR, "cannot go on: %s", strerror(errno));
	free(fd);
	if (signals >= 0)
		close(signals);
	return signals >= 0;
}

/* --- all ------------------------------------------------------------------ */

static bool run(struct resume *resume, bool once)
{
	bool first;

	if (!read_left(resume) || !journal_open(resume, &first))
		return false;
	resume->appeared = calloc(resume->left.pending_count + 1, sizeof *resume->appeared);
	if (resume->appeared == NULL || !open_monitor(resume)) {
		journal_say(LOG_ERR, "device events cannot be received: %s", strerror(errno));
		return false;
	}
	if (first) {
		earlier_tell(resume);
		pending_announce(resume);
	}
	processes_watch(resume);
	arrays_look(resume); /* as the initramfs left them */
	if (!members_count_late(resume)) {
		journal_say(LOG_ERR, "no memory to add late members");
		return false;
	}
	if (first)
		consider_all(resume); /* later, somebody may have taken one out on purpose */
	pending_look(resume);
	arrays_look(resume);
	while (once && members_has_retries(resume)) {
		poll(NULL, 0, RETRY_AFTER);
		members_retry(resume);
	}
	if (once)
		return true;
	notify_ready();
	return watch(resume);
}

static void release(struct resume *resume)
{
	size_t i;

	for (i = 0; i < resume->watched_count; i++)
		if (resume->watched[i].fd >= 0)
			close(resume->watched[i].fd);
	free(resume->watched);
	free(resume->array);
	free(resume->appeared);
	free(resume->late);
	if (resume->mdstat >= 0)
		close(resume->mdstat);
	if (resume->monitor != NULL)
		udev_monitor_unref(resume->monitor);
	if (resume->udev != NULL)
		udev_unref(resume->udev);
	if (resume->journal != NULL)
		fclose(resume->journal);
	left_free(&resume->left);
}

int main(int argc, char **argv)
{
	static const struct option table[] = {
		{"once", no_argument, NULL, 'o'}, {"help", no_argument, NULL, 'h'}, {0}};
	struct resume resume = {.mdstat = -1};
	bool once = false, done;
	int option;

	while ((option = getopt_long(argc, argv, "", table, NULL)) != -1) {
		if (option == 'h')
			return fputs(usage, stdout), 0;
		if (option != 'o')
			return fputs(usage, stderr), 2;
		once = true;
	}
	if (optind != argc)
		return fputs(usage, stderr), 2;
	done = run(&resume, once);
	release(&resume);
	return done ? 0 : 1;
}
