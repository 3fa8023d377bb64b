#include "registration.h"
#include "init.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* 0 or a negative errno. One write, as files in /sys take it. */
static int write_to(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC | O_NOCTTY);
	int r = fd >= 0 && write(fd, text, strlen(text)) >= 0 ? 0 : -errno;

	if (fd >= 0)
		close(fd);
	return r;
}

int32_t work_write(struct init *init, const struct effect *effect, struct report *report)
{
	int r = write_to(effect->text[0], effect->text[1]);

	(void)init;
	return r == 0 ? 0 : report_say(report, r, "write %s: %s", effect->text[0], strerror(-r));
}

static int32_t load(struct init *init, const char *name, struct report *report)
{
	unsigned module = modules_find(&init->modules, name);

	if (*name == '\0' || modules_is_builtin(&init->modules, name) ||
	    (module != MODULE_NONE && modules_is_loaded(&init->modules, module)))
		return 0;
	if (module == MODULE_NONE)
		return report_say(report, -ENOENT, "module %s is not in the image", name);
	return modules_load(&init->modules, &init->boot, module, "", report);
}

/* The driver's own error is one number for everything; what it was is in the kernel's log. */
int32_t work_register(struct init *init, const struct effect *effect, struct report *report)
{
	const char *name = event_property(effect->event, "DEVNAME");
	char path[128];
	int32_t r;

	if (name == NULL || strlen(name) > sizeof path - sizeof "/dev/")
		return report_say(report, -ENODEV, "the event is about no device");
	snprintf(path, sizeof path, "/dev/%s", name);
	r = load(init, effect->text[1], report);
	if (r != 0)
		return r;
	r = write_to(effect->text[0], path);
	return r == 0 ? 0
		      : report_say(report, r, "the kernel would not have %s: %s", path,
				   strerror(-r));
}
