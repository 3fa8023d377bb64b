#include "handoff.h"
#include "capabilities.h"
#include "ending.h"
#include "image.h"
#include "init.h"
#include "left.h"
#include "log.h"
#include "mount.h"
#include "process.h"
#include "records.h"
#include "rootfs.h"
#include "../core/device_ref.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

static const char *const usual_inits[] = {"/sbin/init", "/etc/init", "/bin/init", "/bin/sh"};

/* --- finding it ----------------------------------------------------------- */

static bool can_be_init(const char *path)
{
	struct stat st;

	return *path == '/' && strlen(path) < INIT_PATH_MAX && stat(path, &st) == 0 &&
	       S_ISREG(st.st_mode) && access(path, X_OK) == 0;
}

int32_t work_find_init(struct init *init, const struct effect *effect, struct report *report)
{
	const char *wanted = *effect->text[1] != '\0' ? effect->text[1] : usual_inits[0];
	unsigned i;

	(void)init;
	/* Links are to be followed as they will be once this is the root. */
	if (chroot(effect->text[0]) < 0 || chdir("/") < 0)
		return report_say(report, -errno, "%s cannot be made the root: %s", effect->text[0],
				  strerror(errno));
	if (can_be_init(wanted))
		return report_say(report, 0, "%s", wanted);
	say(SAY_WARNING, "Target filesystem doesn't have requested %s.", wanted);
	for (i = 0; i < sizeof usual_inits / sizeof usual_inits[0]; i++)
		if (can_be_init(usual_inits[i]))
			return report_say(report, 0, "%s", usual_inits[i]);
	return report_say(report, -ENOENT, "No init found. Try passing init= bootarg.");
}

/* --- its environment ----------------------------------------------------------------------------
 * What initramfs-tools' init unsets before it executes the real one; init, rootmnt, drop_caps, PATH
 * and what the kernel gave are left.
 */

static const char *const unset_names[] = {
	"debug",
	"MODPROBE_OPTIONS",
	"DPKG_ARCH",
	"ROOTFLAGS",
	"ROOTFSTYPE",
	"ROOTDELAY",
	"ROOT",
	"IP",
	"BOOT",
	"BOOTIF",
	"DEVICE",
	"UBIMTD",
	"blacklist",
	"break",
	"noresume",
	"panic",
	"quiet",
	"readonly",
	"resume",
	"resume_offset",
	"fastboot",
	"forcefsck",
	"fsckfix",
	"starttime",
	"init",
	"rootmnt",
	"drop_caps",
	"PATH",
	"BOOTGRAPH_CRASH",
	"bootgraph",
};

static bool is_unset(const char *variable)
{
	unsigned i;

	for (i = 0; i < sizeof unset_names / sizeof unset_names[0]; i++) {
		size_t length = strlen(unset_names[i]);

		if (strncmp(variable, unset_names[i], length) == 0 && variable[length] == '=')
			return true;
	}
	return false;
}

struct real_environment {
	char init[INIT_PATH_MAX + 8], root[128], drop[512];
	const char *variable[256];
};

static void make_environment(struct real_environment *to, const struct init *init)
{
	const char *drop = init_parameter(init, PARAMETER_DROP_CAPABILITIES);
	size_t n = 0;
	const char *from = NULL;

	while (n < 250 && (from = variables_next(&init->environment.exported, from)) != NULL)
		if (!is_unset(from))
			to->variable[n++] = from;
	snprintf(to->init, sizeof to->init, "init=%s", init->real_init);
	snprintf(to->root, sizeof to->root, "rootmnt=%s", init->new_root);
	snprintf(to->drop, sizeof to->drop, "drop_caps=%s%s", *drop != '\0' ? "-d " : "", drop);
	to->variable[n++] = to->init;
	to->variable[n++] = to->root;
	to->variable[n++] = to->drop;
	to->variable[n++] = "PATH=/sbin:/usr/sbin:/bin:/usr/bin";
	to->variable[n] = NULL;
}

/* --- moving over ---------------------------------------------------------- */

static void note_storage(void *context, pid_t pid)
{
	if (process_kind(pid) == PROCESS_STORAGE)
		*(bool *)context = true;
}

/* Whoever lives on still has the initramfs for its root, and goes on looking into /sys: multipathd
 * takes a path whose state it cannot read for one that has failed. */
static bool has_survivors(void)
{
	bool any = false;

	process_each(note_storage, &any);
	return any;
}

/* A mount that the real root has no directory for stays behind; nothing is made there, for it may
 * be read-only. keep: the initramfs keeps it as well. */
static void carry_over(const char *new_root, const char *path, bool keep)
{
	char target[256];

	if (!is_mount_point(path))
		return;
	snprintf(target, sizeof target, "%s%s", new_root, path);
	if (mount(path, target, NULL, keep ? MS_BIND | MS_REC : MS_MOVE, NULL) == 0)
		return;
	say(SAY_WARNING, "bootgraph: %s cannot be moved to %s: %s", path, target, strerror(errno));
	umount2(path, MNT_DETACH);
}

/* The last moment at which staying is possible. */
static int check_new_root(struct init *init, int *ret_old)
{
	struct stat old, new;

	*ret_old = open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (*ret_old < 0 || fstat(*ret_old, &old) < 0)
		return -errno;
	if (chdir(init->new_root) < 0 || stat(".", &new) < 0)
		return -errno;
	if (new.st_dev == old.st_dev) {
		notes_reason(&init->notes, init->handoff.node, "nothing is mounted on %s",
			     init->new_root);
		return -EINVAL;
	}
	return 0;
}

static int stay(struct init *init, int old, int error)
{
	if (old >= 0)
		close(old);
	if (chdir("/") < 0)
		error = -errno;
	if (notes_of(&init->notes, init->handoff.node)->reason == NULL)
		notes_reason(&init->notes, init->handoff.node, "%s cannot be made the root: %s",
			     init->new_root, strerror(-error));
	return error;
}

static void set_stdio(void)
{
	int fd = open("/dev/console", O_RDWR | O_NOCTTY);

	if (fd < 0) {
		say(SAY_WARNING, "bootgraph: the real root has no /dev/console: %s",
		    strerror(errno));
		return;
	}
	dup2(fd, STDIN_FILENO);
	dup2(fd, STDOUT_FILENO);
	dup2(fd, STDERR_FILENO);
	if (fd > STDERR_FILENO)
		close(fd);
}

static void reset_process(void)
{
	static const int caught[] = {SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGABRT};
	sigset_t none;
	unsigned i;

	for (i = 0; i < sizeof caught / sizeof caught[0]; i++)
		signal(caught[i], SIG_DFL);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	umask(022);
}

/* There is no way back. */
static _Noreturn void execute(struct init *init)
{
	static struct real_environment environment;
	unsigned i;

	make_environment(&environment, init);
	set_stdio();
	drop_capabilities(init_parameter(init, PARAMETER_DROP_CAPABILITIES));
	reset_process();
	init->argv[0] = init->real_init;
	execve(init->real_init, init->argv, (char *const *)environment.variable);
	say(SAY_ERROR, "bootgraph: %s cannot be executed: %s", init->real_init, strerror(errno));
	for (i = 0; i < sizeof usual_inits / sizeof usual_inits[0]; i++) {
		init->argv[0] = (char *)usual_inits[i];
		execve(usual_inits[i], init->argv, (char *const *)environment.variable);
	}
	rescue_stop(init, "the real root is there, but no init of it can be executed");
}

/* What was asked for, as by resume=, and not found. It was not needed, for the boot goes on. */
static void name_absent(const struct init *init)
{
	for (uint32_t i = 0; i < init->machine.node_count; i++) {
		const struct node_memory *memory = &init->machine.state->node[i];
		const char *title = machine_node_title(&init->machine, i);
		struct device_ref ref;
		struct node node;

		blob_node(&init->blob, i, &node);
		device_ref_parse(title, &ref);
		if (node.kind == NODE_DEVICE && *title != '\0' && memory->state == STATE_FAILED &&
		    memory->cause == i && ref.kind != REF_COMPLETE && ref.kind != REF_ENOUGH &&
		    ref.kind != REF_HOST)
			say(SAY_WARNING,
			    "bootgraph: %s did not appear in time, and the boot goes on without it",
			    title);
	}
}

int handoff(struct init *init)
{
	int old = -1, r = check_new_root(init, &old);
	bool keep;

	if (r < 0)
		return stay(init, old, r);
	if (*init->real_init == '\0')
		snprintf(init->real_init, sizeof init->real_init, "%s", usual_inits[0]);
	/* There is no way back from here, so for the machine the handoff is done: trace and outcome
	 * are complete when the real system reads them. */
	init_tell(init, &(struct event){.kind = EVENT_FINISHED,
					.node = init->handoff.node,
					.serial = init->handoff.serial});
	name_absent(init);
	processes_end(init);
	if (!init->udev.on)
		records_write(init); /* else udevd has, and its database stays */
	notes_write(&init->notes, &init->machine, "/run/bootgraph/outcome");
	left_write(init);
	image_keep_blob(&init->blob, BLOB_KEPT);
	tracefile_flush(&init->trace);
	keep = has_survivors();
	carry_over(init->new_root, "/dev", keep);
	carry_over(init->new_root, "/run", keep);
	carry_over(init->new_root, "/sys", keep);
	carry_over(init->new_root, "/proc", keep);
	rootfs_empty(old);
	if (mount(".", "/", NULL, MS_MOVE, NULL) < 0 || chroot(".") < 0 || chdir("/") < 0)
		rescue_stop(init, "the real root cannot be moved to /");
	execute(init);
}
