#include "breakpoint.h"
#include "init.h"
#include "log.h"
#include "shell.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/reboot.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static const char *const names[BREAKPOINT_COUNT] = {
#define BREAKPOINT(id, name, text) name,
#include "breakpoints.def"
#undef BREAKPOINT
};

/* --- places --------------------------------------------------------------- */

static const struct {
	const char *phase; /* its scripts' names begin so */
	enum breakpoint before;
} phases[] = {
	{"init-top/", BREAKPOINT_TOP},
	{"init-premount/", BREAKPOINT_PREMOUNT},
	{"local-top/", BREAKPOINT_MOUNTROOT},
	{"local-block/", BREAKPOINT_MOUNTROOT},
	{"local-premount/", BREAKPOINT_MOUNTROOT},
	{"local-bottom/", BREAKPOINT_MOUNTROOT},
	{"init-bottom/", BREAKPOINT_BOTTOM},
};

/* What init leaves to its scripts: udev's search for devices, cryptroot, mdadm, resume. */
static const struct {
	enum opcode op;
	enum breakpoint before;
} effects[] = {
	{OP_OPEN_UEVENTS, BREAKPOINT_TOP},	{OP_FOLLOW_UDEVD, BREAKPOINT_TOP},
	{OP_COLDPLUG, BREAKPOINT_TOP},		{OP_LOAD_DRIVERS, BREAKPOINT_MODULES},
	{OP_LOAD_MODALIAS, BREAKPOINT_MODULES}, {OP_UNLOCK, BREAKPOINT_MOUNTROOT},
	{OP_ASSEMBLE, BREAKPOINT_MOUNTROOT},	{OP_RUN_FOR_DEVICE, BREAKPOINT_MOUNTROOT},
	{OP_REGISTER, BREAKPOINT_MOUNTROOT},	{OP_RESUME, BREAKPOINT_MOUNTROOT},
	{OP_FSCK, BREAKPOINT_MOUNTROOT},	{OP_MOUNT_DEVICE, BREAKPOINT_MOUNTROOT},
	{OP_FIND_INIT, BREAKPOINT_BOTTOM},	{OP_HANDOFF, BREAKPOINT_INIT},
};

enum breakpoint breakpoint_before(enum opcode op, const char *node)
{
	for (size_t i = 0; op == OP_RUN && i < sizeof phases / sizeof *phases; i++)
		if (strncmp(node, phases[i].phase, strlen(phases[i].phase)) == 0)
			return phases[i].before;
	for (size_t i = 0; i < sizeof effects / sizeof *effects; i++)
		if (effects[i].op == op)
			return effects[i].before;
	return BREAKPOINT_COUNT;
}

unsigned breakpoints_read(const char *value)
{
	unsigned wanted = 0;

	while (*value != '\0') {
		size_t length = strcspn(value, ",");

		for (unsigned i = 0; i < BREAKPOINT_COUNT; i++)
			if (strlen(names[i]) == length && memcmp(names[i], value, length) == 0)
				wanted |= 1U << i;
		value += length + (value[length] == ',');
	}
	return wanted;
}

/* --- the shell ------------------------------------------------------------ */

/* Before udev's work nothing has loaded a driver for a keyboard. */
static void load_keyboards(struct init *init)
{
	static const char *const modules[] = {"i8042",	  "atkbd",	"ehci-pci", "ehci-hcd",
					      "ohci-pci", "uhci-hcd",	"xhci-pci", "xhci-hcd",
					      "usbhid",	  "hid-generic"};

	for (size_t i = 0; i < sizeof modules / sizeof *modules; i++) {
		unsigned module = modules_find(&init->modules, modules[i]);
		struct report report = {0};

		if (module != MODULE_NONE && !modules_is_loaded(&init->modules, module) &&
		    modules_load(&init->modules, &init->boot, module, "", &report) != 0)
			say(SAY_WARNING, "bootgraph: %s", report.text);
	}
}

/* Ctrl-Alt-Del is heard here, too. */
static void read_signals(struct init *init)
{
	struct signalfd_siginfo info;

	while (read(init->signals, &info, sizeof info) == sizeof info)
		if (info.ssi_signo == SIGINT) {
			tracefile_flush(&init->trace);
			reboot(RB_AUTOBOOT);
		}
}

static void wait_for_shell(struct init *init, pid_t shell)
{
	struct pollfd signals = {.fd = init->signals, .events = POLLIN};

	for (;;) {
		pid_t pid = waitpid(shell, NULL, WNOHANG);

		if (pid == shell || (pid < 0 && errno != EINTR))
			break;
		poll(&signals, 1, -1);
		read_signals(init);
	}
	/* The signals that were taken here may have been about others' ends. */
	kill(getpid(), SIGCHLD);
}

/* Two that read from one console would each get half. Nothing can be told to the machine from here,
 * as it would have to be if the broker were asked to leave the consoles alone. */
static void hold_prompts(const struct init *init, int number)
{
	if (init->prompts.pid != 0)
		kill(init->prompts.pid, number);
}

static void stop_here(struct init *init, enum breakpoint place)
{
	uint32_t since = init_now();
	pid_t shell;

	tracefile_remark(&init->trace, since, names[place]);
	tracefile_flush(&init->trace);
	hold_prompts(init, SIGSTOP);
	if (place == BREAKPOINT_TOP)
		load_keyboards(init);
	say(SAY_ERROR, "Spawning shell within the initramfs");
	panic_obey(init);
	shell = shell_start(init, "Spawning shell within the initramfs");
	if (shell > 0)
		wait_for_shell(init, shell);
	else
		say(SAY_ERROR, "bootgraph: break=%s: there is no shell in this image",
		    names[place]);
	hold_prompts(init, SIGCONT);
	init_stand_still(init_now() - since);
}

void breakpoint_pass(struct init *init, const struct effect *effect)
{
	enum breakpoint last;
	struct node node;

	if (init->breakpoints == 0)
		return;
	blob_node(&init->blob, effect->node, &node);
	last = breakpoint_before(effect->op, blob_string(&init->blob, node.name));
	for (unsigned i = 0; last < BREAKPOINT_COUNT && i <= (unsigned)last; i++) {
		if ((init->breakpoints & 1U << i) == 0)
			continue;
		init->breakpoints &= ~(1U << i);
		stop_here(init, (enum breakpoint)i);
	}
}
