/* Loading modules: what runs in the workers, and what they share. */
#include "init.h"
#include "log.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/futex.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>

/* A module's state, in shared memory: one of these, or OWNER times the process that loads it. */
enum {
	LOAD_NONE,
	LOAD_DONE,
	LOAD_FAILED,
	OWNER = 4,
};

enum { OPTIONS_MAX = 1024 };

static _Atomic uint32_t *state_of(const struct modules *modules, unsigned module)
{
	return (_Atomic uint32_t *)&modules->load[module].state;
}

static void futex_wake(_Atomic uint32_t *word)
{
	syscall(SYS_futex, word, FUTEX_WAKE, INT32_MAX, NULL, NULL, 0);
}

/* With a limit, so that a wake-up that was missed costs a second and no more. */
static void futex_wait(_Atomic uint32_t *word, uint32_t value)
{
	struct timespec limit = {1, 0};

	syscall(SYS_futex, word, FUTEX_WAIT, value, &limit, NULL, 0);
}

bool modules_is_loaded(const struct modules *modules, unsigned module)
{
	return atomic_load(state_of(modules, module)) == LOAD_DONE;
}

void modules_owner_ended(struct modules *modules, pid_t pid)
{
	unsigned i;

	for (i = 0; modules->load != NULL && i < modules->count; i++) {
		uint32_t busy = OWNER * (uint32_t)pid;

		if (atomic_compare_exchange_strong(state_of(modules, i), &busy, LOAD_NONE))
			futex_wake(state_of(modules, i));
	}
}

/* --- one module ----------------------------------------------------------- */

static void append(char *options, const char *text, size_t length)
{
	size_t have = strlen(options);

	if (length == 0 || have + length + 2 > OPTIONS_MAX)
		return;
	if (have > 0)
		options[have++] = ' ';
	memcpy(options + have, text, length);
	options[have + length] = '\0';
}

/* The words NAME.option=value of the command line: the kernel gives them only to what is built in,
 * and modprobe(8) to the rest. */
static void append_from_command_line(char *options, const struct boot *boot, const char *name)
{
	size_t at, length = strlen(name), i;

	for (at = 0; at < boot->length; at += strlen(boot->text + at) + 1) {
		const char *word = boot->text + at;

		for (i = 0; i < length && word[i] != '\0' &&
			    (word[i] == '-' ? '_' : word[i]) == (name[i] == '-' ? '_' : name[i]);
		     i++)
			;
		if (i == length && word[i] == '.' && word[i + 1] != '\0')
			append(options, word + i + 1, strlen(word + i + 1));
	}
}

static int open_module(const struct modules *modules, const struct module *module)
{
	struct utsname host;
	char path[512];
	int fd;

	/* The release that runs, unless the image has modules of another one only. */
	if (uname(&host) < 0)
		return -errno;
	snprintf(path, sizeof path, "/lib/modules/%s/%s", host.release, module->path);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0 && errno == ENOENT && *modules->release != '\0') {
		snprintf(path, sizeof path, "/lib/modules/%s/%s", modules->release, module->path);
		fd = open(path, O_RDONLY | O_CLOEXEC);
	}
	return fd < 0 ? -errno : fd;
}

static int insert(const struct modules *modules, const struct module *module, const char *options)
{
	int fd = open_module(modules, module), r = 0;

	if (fd < 0)
		return fd;
	if (syscall(SYS_finit_module, fd, options, 0) < 0 && errno != EEXIST)
		r = -errno;
	close(fd);
	return r;
}

static int insert_with_options(const struct modules *modules, const struct boot *boot,
			       unsigned module, const char *own)
{
	const struct module *m = &modules->module[module];
	char options[OPTIONS_MAX] = "";
	size_t i;

	for (i = 0; i < modules->options.count; i++)
		if (modules_find(modules, modules->options.pair[i].left) == module)
			append(options, modules->options.pair[i].right,
			       strlen(modules->options.pair[i].right));
	append(options, own, strlen(own));
	append_from_command_line(options, boot, m->name);
	return insert(modules, m, options);
}

/* Loads one module unless that is done, or being done, already. */
static int load_one(struct modules *modules, const struct boot *boot, unsigned module,
		    const char *options)
{
	struct module_load *load = &modules->load[module];
	_Atomic uint32_t *state = state_of(modules, module);

	for (;;) {
		uint32_t old = LOAD_NONE;

		if (atomic_compare_exchange_strong(state, &old, OWNER * (uint32_t)getpid()))
			break;
		if (old == LOAD_DONE)
			return 0;
		if (old == LOAD_FAILED)
			return load->error;
		futex_wait(state, old);
	}
	load->error = insert_with_options(modules, boot, module, options);
	atomic_store(state, load->error == 0 ? LOAD_DONE : LOAD_FAILED);
	futex_wake(state);
	return load->error;
}

/* --- and what it needs ---------------------------------------------------- */

static const char *error_text(int error)
{
	switch (-error) {
	case ENOEXEC:
		return "it is for another kernel";
	case ENOENT:
		return "it is not in the image, or a symbol that it needs is missing";
	default:
		return strerror(-error);
	}
}

int32_t modules_load(struct modules *modules, const struct boot *boot, unsigned module,
		     const char *options, struct report *report)
{
	const struct module *m = &modules->module[module];
	const char *needs = m->needs;
	char name[64];
	int r, need_error = 0;

	while (*needs != '\0') {
		size_t length;
		unsigned need;

		needs += strspn(needs, " \t");
		length = strcspn(needs, " \t");
		if (length > 0 && length < sizeof name) {
			memcpy(name, needs, length);
			name[length] = '\0';
			need = modules_find(modules, name);
			r = need != MODULE_NONE ? load_one(modules, boot, need, "") : 0;
			if (r < 0 && need_error == 0) {
				need_error = r;
				report_say(report, r, "module %s, which %s needs: %s", name,
					   m->name, error_text(r));
			}
		}
		needs += length;
	}
	/* A soft dependency may fail; a hard one makes the kernel refuse the module. */
	r = load_one(modules, boot, module, options);
	if (r < 0 && need_error == 0)
		report_say(report, r, "module %s: %s", m->name, error_text(r));
	return r;
}

/* --- effects -------------------------------------------------------------- */

int32_t work_load_module(struct init *init, const struct effect *effect, struct report *report)
{
	unsigned module = modules_find_file_system(&init->modules, effect->text[0]);

	if (module == MODULE_NONE)
		return report_say(report, -ENOENT, "module %s is not in the image",
				  effect->text[0]);
	return modules_load(&init->modules, &init->boot, module, effect->text[1], report);
}

/* A driver that cannot be loaded is no reason to do without the others. */
int32_t work_load_drivers(struct init *init, const struct effect *effect, struct report *report)
{
	const char *at = init->modules.drivers;
	int32_t status = 0;
	char name[64];

	(void)effect;
	while (*at != '\0') {
		size_t length;
		unsigned module;
		int32_t r;

		at += strspn(at, " \t");
		length = strcspn(at, " \t");
		if (length > 0 && length < sizeof name) {
			memcpy(name, at, length);
			name[length] = '\0';
			module = modules_find(&init->modules, name);
			r = module == MODULE_NONE || modules_is_blacklisted(&init->boot, name)
				    ? 0
				    : modules_load(&init->modules, &init->boot, module, "", report);
			if (r < 0) {
				say(SAY_WARNING, "bootgraph: %s", report->text);
				status = r;
			}
		}
		at += length;
	}
	return status;
}

int32_t work_load_modalias(struct init *init, const struct effect *effect, struct report *report)
{
	const char *modalias = event_property(effect->event, "MODALIAS");
	int32_t status = 0;
	unsigned module;
	size_t at = 0;

	while (modalias != NULL && (module = modules_match(&init->modules, &init->boot, modalias,
							   &at)) != MODULE_NONE) {
		int32_t r = modules_load(&init->modules, &init->boot, module, "", report);

		if (r < 0)
			status = r;
	}
	return status;
}
