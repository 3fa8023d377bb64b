#include "environment.h"
#include "init.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

bool environment_concerns(const char *program)
{
	return strncmp(program, "/scripts/", 9) == 0;
}

/* --- what bootgraph knows as parameters ----------------------------------- */

static const struct {
	const char *name;
	enum parameter_id parameter;
	const char *prefix; /* in front of the value */
	const char *none;   /* if it has none */
} parameters[] = {
	{"quiet", PARAMETER_QUIET, "", "n"},
	{"ROOT", PARAMETER_ROOT, "", ""},
	{"ROOTDELAY", PARAMETER_ROOTDELAY, "", ""},
	{"ROOTFLAGS", PARAMETER_ROOTFLAGS, "-o ", ""},
	{"ROOTFSTYPE", PARAMETER_ROOTFSTYPE, "", ""},
	{"init", PARAMETER_INIT, "", "/sbin/init"},
	{"panic", PARAMETER_PANIC, "", ""},
	{"blacklist", PARAMETER_BLACKLIST, "", ""},
	{"resume", PARAMETER_RESUME, "", ""},
	{"resume_offset", PARAMETER_RESUME_OFFSET, "", ""},
	{"noresume", PARAMETER_NORESUME, "", ""},
	{"drop_caps", PARAMETER_DROP_CAPABILITIES, "-d ", ""},
	{"fastboot", PARAMETER_FASTBOOT, "", "n"},
	{"forcefsck", PARAMETER_FORCEFSCK, "", "n"},
	{"fsckfix", PARAMETER_FSCKFIX, "", ""},
};

static void set_parameters(const struct init *init)
{
	for (size_t i = 0; i < sizeof parameters / sizeof parameters[0]; i++) {
		const char *value = init_parameter(init, parameters[i].parameter);
		char text[COMMAND_LINE_MAX];

		snprintf(text, sizeof text, "%s%s", parameters[i].prefix, value);
		setenv(parameters[i].name, *value != '\0' ? text : parameters[i].none, 1);
	}
	setenv("readonly", strcmp(init_parameter(init, PARAMETER_ACCESS), "rw") == 0 ? "n" : "y",
	       1);
}

/* --- words that only scripts look for ------------------------------------- */

static const struct {
	const char *word; /* one that ends in = takes what follows */
	const char *name, *value;
} words[] = {
	{"ip=", "IP", NULL},
	{"boot=", "BOOT", NULL},
	{"BOOTIF=", "BOOTIF", NULL},
	{"ubi.mtd=", "UBIMTD", NULL},
	{"debug", "debug", "y"},
	{"debug=", "debug", "y"},
	{"break", "break", "premount"},
	{"break=", "break", NULL},
};

/* The last of several counts. */
static void take_word(const char *word)
{
	for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
		size_t length = strlen(words[i].word);
		bool takes = words[i].word[length - 1] == '=';

		if (takes ? strncmp(word, words[i].word, length) == 0
			  : strcmp(word, words[i].word) == 0)
			setenv(words[i].name,
			       words[i].value != NULL ? words[i].value : word + length, 1);
	}
}

static void set_words(const struct init *init)
{
	static char line[COMMAND_LINE_MAX];
	char *rest = line, *word;

	for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
		setenv(words[i].name, "", 1);
	memcpy(line, init->command_line, sizeof line);
	while ((word = strsep(&rest, " \t\n")) != NULL)
		take_word(word);
	if (*getenv("BOOT") == '\0')
		setenv("BOOT",
		       strcmp(init_parameter(init, PARAMETER_ROOT), "/dev/nfs") == 0 ? "nfs"
										     : "local",
		       1);
}

/* --- all ------------------------------------------------------------------ */

/* When waiting began, in seconds of uptime, rounded up. */
static void set_start(void)
{
	struct timespec up;
	char text[24];

	clock_gettime(CLOCK_BOOTTIME, &up);
	snprintf(text, sizeof text, "%lld",
		 (long long)up.tv_sec - (long long)(init_now() / 1000) + 1);
	setenv("starttime", text, 1);
}

void environment_set(const struct init *init)
{
	set_parameters(init);
	set_words(init);
	set_start();
	setenv("rootmnt", "/root", 1);
	setenv("MODPROBE_OPTIONS", "-qb", 1);
	setenv("DEVICE", "", 1);
	setenv("DPKG_ARCH", "", 1);
}
