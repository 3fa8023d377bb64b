/* The port with real system calls: one small function for each effect. */
#include "ask.h"
#include "breakpoint.h"
#include "coverage.h"
#include "evaluation.h"
#include "fsck.h"
#include "handoff.h"
#include "init.h"
#include "log.h"
#include "mount.h"
#include "program.h"
#include "registration.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

typedef void (*effect_function)(struct init *init, const struct effect *effect);

static void end_now(struct init *init, const struct effect *effect, int32_t status)
{
	init_end(init, effect->node, effect->serial, status);
}

/* --- done at once --------------------------------------------------------- */

static void make_directory(struct init *init, const struct effect *effect)
{
	int r = make_directories(effect->text[0], effect->number & 07777);

	if (r < 0)
		notes_reason(&init->notes, effect->node, "make directory %s: %s", effect->text[0],
			     strerror(-r));
	end_now(init, effect, r);
}

static bool links_to(const char *path, const char *target)
{
	char text[512];
	ssize_t n = readlink(path, text, sizeof text - 1);

	if (n < 0)
		return false;
	text[n] = '\0';
	return strcmp(text, target) == 0;
}

/* Takes the place of a file or another link, as ln -sf does. */
static bool replace_by_link(const char *path, const char *target)
{
	struct stat status;
	char beside[512];

	if (lstat(path, &status) == 0 && S_ISDIR(status.st_mode)) {
		errno = EISDIR;
		return false;
	}
	if ((size_t)snprintf(beside, sizeof beside, "%s.bootgraph", path) >= sizeof beside) {
		errno = ENAMETOOLONG;
		return false;
	}
	unlink(beside);
	return symlink(target, beside) == 0 && rename(beside, path) == 0;
}

static void make_link(struct init *init, const struct effect *effect)
{
	const char *path = effect->text[0], *target = effect->text[1];
	int error = 0;

	if (symlink(target, path) < 0 &&
	    !(errno == EEXIST && (links_to(path, target) || replace_by_link(path, target)))) {
		error = errno;
		notes_reason(&init->notes, effect->node, "make link %s to %s: %s", path, target,
			     strerror(error));
	}
	end_now(init, effect, -error);
}

static void log_text(struct init *init, const struct effect *effect)
{
	say(SAY_INFO, "%s", effect->text[0]);
	end_now(init, effect, 0);
}

static void fail(struct init *init, const struct effect *effect)
{
	notes_reason(&init->notes, effect->node, "%s", effect->text[0]);
	end_now(init, effect, 1);
}

static void open_uevents(struct init *init, const struct effect *effect)
{
	const char *bytes = init_parameter(init, PARAMETER_UEVENT_BUFFER);
	int r = init->uevents.fd >= 0 ? 0 /* a second opening would lose what waits in the first */
				      : uevents_open(&init->uevents, strtoul(bytes, NULL, 10));

	if (r < 0)
		notes_reason(&init->notes, effect->node, "uevent socket: %s", strerror(-r));
	end_now(init, effect, r);
}

static void follow_udevd(struct init *init, const struct effect *effect)
{
	udev_follow(init, effect);
}

static void coldplug(struct init *init, const struct effect *effect)
{
	coldplug_effect(init, effect->node, effect->serial);
}

static void hand_over(struct init *init, const struct effect *effect)
{
	init->handoff = (struct end){effect->node, effect->serial, 0};
	init->new_root = effect->text[0]; /* in the blob, or a parameter: it stays */
	coverage_check(init);
}

/* --- done by a worker ----------------------------------------------------- */

static void mount_file_system(struct init *init, const struct effect *effect)
{
	int32_t status;

	if (mount_virtual(init, effect, &status))
		end_now(init, effect, status);
	else
		child_work(init, effect, work_mount);
}

static void mount_device(struct init *init, const struct effect *effect)
{
	child_work(init, effect, work_mount_device);
}

static void check_file_system(struct init *init, const struct effect *effect)
{
	child_work(init, effect, work_fsck);
}

static void find_init(struct init *init, const struct effect *effect)
{
	child_work(init, effect, work_find_init);
}

/* What the command line excludes is not loaded by its name either, as with initramfs-tools'
 * modprobe -b, to which that is no failure. */
static void load_module(struct init *init, const struct effect *effect)
{
	const char *name = effect->text[0];
	unsigned module = modules_find_file_system(&init->modules, name);

	if (*name == '\0' || strcmp(name, "auto") == 0 ||
	    modules_is_builtin(&init->modules, name) || modules_is_blacklisted(&init->boot, name) ||
	    (module != MODULE_NONE && modules_is_loaded(&init->modules, module)))
		end_now(init, effect, 0);
	else
		child_work(init, effect, work_load_module);
}

static void load_drivers(struct init *init, const struct effect *effect)
{
	if (*init->modules.drivers == '\0')
		end_now(init, effect, 0);
	else
		child_work(init, effect, work_load_drivers);
}

static void load_modalias(struct init *init, const struct effect *effect)
{
	const char *modalias = event_property(effect->event, "MODALIAS");
	size_t at = 0;

	if (modalias == NULL ||
	    modules_match(&init->modules, &init->boot, modalias, &at) == MODULE_NONE)
		end_now(init, effect, 0); /* nearly all: it is loaded, or none of ours */
	else
		child_work(init, effect, work_load_modalias);
}

static void write_text(struct init *init, const struct effect *effect)
{
	child_work(init, effect, work_write);
}

static void register_device(struct init *init, const struct effect *effect)
{
	child_work(init, effect, work_register);
}

static void run(struct init *init, const struct effect *effect)
{
	const char *program = machine_list_value(&init->machine, effect->list, 0);

	init->ran_programs = true;
	if (program != NULL && environment_concerns(program))
		environment_come_to(init, program);
	child_work(init, effect, work_run);
}

static void evaluate_configuration(struct init *init, const struct effect *effect)
{
	child_work(init, effect, work_evaluate);
}

static void assemble(struct init *init, const struct effect *effect)
{
	init->ran_programs = true;
	child_work(init, effect, work_assemble);
}

static void run_for_device(struct init *init, const struct effect *effect)
{
	init->ran_programs = true;
	child_work(init, effect, work_run_for_device);
}

static void start_daemon(struct init *init, const struct effect *effect)
{
	init->ran_programs = true;
	child_work(init, effect, work_daemon);
}

/* A worker that may have people asked. */
static void work_with_prompts(struct init *init, const struct effect *effect, worker_function work)
{
	int fd = prompts_connect(init, effect->node, effect->serial);

	if (fd < 0) {
		notes_reason(&init->notes, effect->node, "nobody can be asked: %s", strerror(-fd));
		end_now(init, effect, fd);
		return;
	}
	init->prompts.client = fd;
	child_work(init, effect, work);
	init->prompts.client = -1;
	close(fd);
}

/* An answer that is known need not be asked for. */
static void ask(struct init *init, const struct effect *effect)
{
	const char *answer = effect->text[ASK_ANSWER];

	if (strcmp(answer, "yes") == 0) {
		end_now(init, effect, 0);
	} else if (strcmp(answer, "no") == 0) {
		notes_reason(&init->notes, effect->node, "%s The answer is no, as was said before.",
			     effect->text[ASK_QUESTION]);
		end_now(init, effect, 1);
	} else {
		work_with_prompts(init, effect, work_ask);
	}
}

static void unlock(struct init *init, const struct effect *effect)
{
	init->ran_programs = true;
	work_with_prompts(init, effect, work_unlock);
}

/* The kernel takes the numbers, and does not come back if it finds an image (kernel:
 * Documentation/power/swsusp.rst). */
static int32_t work_resume(struct init *init, const struct effect *effect, struct report *report)
{
	const char *type = device_type(init, "", effect->device_number);
	int fd;

	if (*effect->text[1] == '\0' && strcmp(type, "swsuspend") != 0)
		return 0; /* on swap proper there is no image; in a swap file only the kernel can
			     tell */
	if (*effect->text[1] != '\0') {
		fd = open("/sys/power/resume_offset", O_WRONLY | O_CLOEXEC);
		if (fd < 0 || write(fd, effect->text[1], strlen(effect->text[1])) < 0)
			return report_say(report, 0, "resume_offset=%s: %s", effect->text[1],
					  strerror(errno));
		close(fd);
	}
	fd = open("/sys/power/resume", O_WRONLY | O_CLOEXEC);
	if (fd >= 0 && dprintf(fd, "%u:%u", (unsigned)(effect->device_number >> 20),
			       (unsigned)(effect->device_number & 0xfffff)) > 0)
		return 0; /* it looked, and there was nothing to resume */
	return report_say(report, 0, "no resume: %s", strerror(errno));
}

static void resume(struct init *init, const struct effect *effect)
{
	if (access("/sys/power/resume", W_OK) < 0)
		end_now(init, effect, 0); /* this kernel cannot hibernate */
	else
		child_work(init, effect, work_resume);
}

/* --- the table ------------------------------------------------------------ */

static const effect_function effects[OP_COUNT] = {
	[OP_MKDIR] = make_directory,
	[OP_SYMLINK] = make_link,
	[OP_WRITE] = write_text,
	[OP_LOG] = log_text,
	[OP_FAIL] = fail,
	[OP_MOUNT] = mount_file_system,
	[OP_OPEN_UEVENTS] = open_uevents,
	[OP_COLDPLUG] = coldplug,
	[OP_LOAD_MODULE] = load_module,
	[OP_LOAD_DRIVERS] = load_drivers,
	[OP_LOAD_MODALIAS] = load_modalias,
	[OP_PROBE] = probe_start,
	[OP_RUN] = run,
	[OP_FSCK] = check_file_system,
	[OP_MOUNT_DEVICE] = mount_device,
	[OP_RESUME] = resume,
	[OP_FIND_INIT] = find_init,
	[OP_HANDOFF] = hand_over,
	[OP_ASK] = ask,
	[OP_DAEMON] = start_daemon,
	[OP_ASSEMBLE] = assemble,
	[OP_RUN_FOR_DEVICE] = run_for_device,
	[OP_UNLOCK] = unlock,
	[OP_REGISTER] = register_device,
	[OP_EVALUATE_CONFIGURATION] = evaluate_configuration,
	[OP_FOLLOW_UDEVD] = follow_udevd,
};

static void port_start(void *context, const struct effect *effect)
{
	struct init *init = context;

	breakpoint_pass(init, effect);
	trace_effect(&init->trace.sink, &init->machine, init_now(), effect);
	if (effects[effect->op] != NULL)
		effects[effect->op](init, effect);
	else
		end_now(init, effect, -ENOSYS);
}

/* Something that those who look after the machine are to know, although it went well. */
static void note_success(struct init *init, const char *text)
{
	say(SAY_WARNING, "bootgraph: %s", text);
	tracefile_remark(&init->trace, init_now(), text);
}

void port_child_ended(struct init *init, const struct child *child, int32_t status,
		      const char *text)
{
	evaluation_take(init, child);
	if (child->stopped || child->node == NONE)
		return; /* the machine has counted it as failed long ago */
	if (status == 0 && child->op == OP_DAEMON) {
		daemon_ready(init, child, text);
		return;
	}
	if (status == 0 && child->op == OP_FIND_INIT)
		strncpy(init->real_init, text, sizeof init->real_init - 1);
	else if (status == 0 && *text != '\0')
		note_success(init, text);
	else if (status != 0 && *text != '\0')
		notes_reason(&init->notes, child->node, "%s", text);
	/* Nothing fails because of it, so that no report would have the reason. */
	if (status != 0 && *text != '\0' && child->op == OP_RUN_FOR_DEVICE)
		say(SAY_WARNING, "bootgraph: %s", text);
	if (child->op == OP_MOUNT)
		tracefile_open(&init->trace);
	init_end(init, child->node, child->serial, status);
}

/* --- and the rest of the port --------------------------------------------- */

static void port_stop(void *context, uint32_t node, uint32_t serial)
{
	struct init *init = context;

	trace_stop(&init->trace.sink, &init->machine, init_now(), node, serial);
	child_stop(init, node, serial);
	daemon_stop(init, node);
	probe_stop(init, node, serial);
	udev_stop(init, node);
}

static void port_rescan(void *context)
{
	struct init *init = context;

	trace_rescan(&init->trace.sink, init_now());
	if (init->uevents.fd >= 0 || init->udev.on)
		coldplug_start(init);
}

static bool port_has_file(void *context, const char *path)
{
	struct init *init = context;
	bool found = access(path, F_OK) == 0;

	trace_file(&init->trace.sink, init_now(), path, found);
	return found;
}

static void port_note(void *context, uint32_t node, enum node_state state)
{
	struct init *init = context;

	trace_node(&init->trace.sink, &init->machine, init_now(), node, state);
	notes_state(&init->notes, node, state, init_now());
}

static void port_conclude(void *context, enum verdict verdict)
{
	struct init *init = context;

	trace_verdict(&init->trace.sink, init_now(), verdict);
	init->rescue.wanted = verdict == VERDICT_RESCUE;
	if (init->rescue.wanted)
		coverage_check(init);
}

const struct port linux_port = {
	.start = port_start,
	.stop = port_stop,
	.rescan = port_rescan,
	.has_file = port_has_file,
	.note = port_note,
	.conclude = port_conclude,
};
