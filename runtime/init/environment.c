#include "environment.h"
#include "init.h"
#include "links.h"
#include "log.h"
#include "mapping.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

bool environment_concerns(const char *program)
{
	return strncmp(program, "/scripts/", 9) == 0;
}

static void set(struct variables *variables, const char *name, const char *value)
{
	if (!variables_set(variables, name, value))
		say(SAY_WARNING, "bootgraph: no room for the variable %.64s of boot scripts", name);
}

/* --- first values --------------------------------------------------------- */

static const struct {
	const char *name, *value;
} first[] = {
#define EXPORTED				  true
#define KEPT					  false
#define FUNCTION				  false
#define BOOT_VARIABLE(name, reach, value, setter) {name, (reach) ? (value) : NULL},
#include "../scripts/variables.def"
#undef BOOT_VARIABLE
#undef EXPORTED
#undef KEPT
#undef FUNCTION
};

static const char *first_value(const char *name)
{
	size_t i;

	for (i = 0; i < sizeof first / sizeof first[0]; i++)
		if (strcmp(first[i].name, name) == 0)
			return first[i].value;
	return NULL;
}

void environment_set_first(const struct init *init, struct variables *exported)
{
	char **from;
	size_t i;

	*exported = (struct variables){.length = 0};
	for (from = init->envp; *from != NULL; from++)
		(void)variables_put(exported, *from); /* a shell drops what is no variable, too */
	for (i = 0; i < sizeof first / sizeof first[0]; i++)
		if (first[i].value != NULL)
			set(exported, first[i].name, first[i].value);
	if (init->boot.on_line[PARAMETER_QUIET])
		set(exported, "quiet", "y");
}

/* --- kernel parameters that are variables as well ------------------------- */

static const struct {
	const char *name;
	enum parameter_id id;
	const char *prefix; /* in front of the value */
} parameters[] = {
	{"ROOT", PARAMETER_ROOT, ""},
	{"ROOTDELAY", PARAMETER_ROOTDELAY, ""},
	{"ROOTFLAGS", PARAMETER_ROOTFLAGS, "-o "},
	{"ROOTFSTYPE", PARAMETER_ROOTFSTYPE, ""},
	{"readonly", PARAMETER_ACCESS, ""},
	{"init", PARAMETER_INIT, ""},
	{"panic", PARAMETER_PANIC, ""},
	{"resume", PARAMETER_RESUME, ""},
	{"resume_offset", PARAMETER_RESUME_OFFSET, ""},
	{"noresume", PARAMETER_NORESUME, ""},
	{"drop_caps", PARAMETER_DROP_CAPABILITIES, "-d "},
	{"fastboot", PARAMETER_FASTBOOT, ""},
	{"forcefsck", PARAMETER_FORCEFSCK, ""},
	{"fsckfix", PARAMETER_FSCKFIX, ""},
};

enum { PARAMETER_ROWS = sizeof parameters / sizeof parameters[0] };

const char *environment_parameter_name(unsigned i)
{
	return i < PARAMETER_ROWS ? parameters[i].name : NULL;
}

const char *environment_parameter(const char *name, const char *value, enum parameter_id *ret_id)
{
	const char *none = first_value(name);
	unsigned i;

	for (i = 0; i < PARAMETER_ROWS && strcmp(parameters[i].name, name) != 0; i++)
		;
	*ret_id = i < PARAMETER_ROWS ? parameters[i].id : PARAMETER_COUNT;
	if (*ret_id == PARAMETER_ACCESS)
		return strcmp(value, "y") == 0 ? "ro" : "rw"; /* as scripts/local takes it */
	if (i == PARAMETER_ROWS || (none != NULL && strcmp(value, none) == 0))
		return "";
	if (strncmp(value, parameters[i].prefix, strlen(parameters[i].prefix)) == 0)
		value += strlen(parameters[i].prefix);
	return value;
}

static void set_parameter(const struct init *init, struct variables *exported, unsigned i)
{
	const char *name = parameters[i].name, *none = first_value(name);
	const char *value = init->boot.parameter[parameters[i].id], *has;
	char text[COMMAND_LINE_MAX + 4];

	has = variables_get(exported, name);
	if (!init->boot.on_line[parameters[i].id] &&
	    (*value == '\0' || has == NULL || strcmp(has, none) != 0))
		return;
	if (parameters[i].id == PARAMETER_ACCESS)
		value = strcmp(value, "rw") == 0 ? "n" : "y";
	snprintf(text, sizeof text, "%s%s", parameters[i].prefix, value);
	set(exported, name, text);
}

/* --- words that only scripts look for ------------------------------------- */

static const struct {
	const char *word; /* one that ends in = takes what follows */
	const char *name, *value;
	bool kept;
} words[] = {
	{"ip=", "IP", NULL, false},
	{"boot=", "BOOT", NULL, false},
	{"BOOTIF=", "BOOTIF", NULL, false},
	{"ubi.mtd=", "UBIMTD", NULL, false},
	{"debug", "debug", "y", false},
	{"debug=", "debug", "y", false},
	{"debug", "quiet", "n", false},
	{"debug=", "quiet", "n", false},
	{"break", "break", "premount", false},
	{"break=", "break", NULL, false},
	{"resume=", "RESUME", NULL, true},
	{"blacklist=", "blacklist", NULL, false},
	{"nfsroot=", "NFSROOT", NULL, true},
	{"initramfs.runsize=", "RUNSIZE", NULL, true},
	{"netconsole=", "netconsole", NULL, true},
};

static void take_word(const char *word, struct variables *exported, struct variables *kept)
{
	for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
		size_t length = strlen(words[i].word);
		bool takes = words[i].word[length - 1] == '=';

		if (takes ? strncmp(word, words[i].word, length) == 0
			  : strcmp(word, words[i].word) == 0)
			set(words[i].kept ? kept : exported, words[i].name,
			    words[i].value != NULL ? words[i].value : word + length);
	}
	if (strcmp(word, "root=/dev/nfs") == 0 && *variables_get(exported, "BOOT") == '\0')
		set(exported, "BOOT", "nfs");
}

/* What init's `resume` is depends on three others. */
static void decide_resume(struct variables *exported, const struct variables *kept)
{
	const char *wanted = variables_get(kept, "RESUME"),
		   *no = variables_get(exported, "noresume");

	if ((no != NULL && *no != '\0') || (wanted != NULL && strcmp(wanted, "none") == 0))
		set(exported, "noresume", "y");
	else
		set(exported, "resume", wanted != NULL ? wanted : "");
}

void environment_read_command_line(const struct init *init, struct variables *exported,
				   struct variables *kept)
{
	const struct boot *boot = &init->boot;
	size_t at;
	unsigned i;

	for (i = 0; i < PARAMETER_ROWS; i++)
		if (parameters[i].id != PARAMETER_RESUME)
			set_parameter(init, exported, i);
	if (variables_get(kept, "RESUME") == NULL && *boot->parameter[PARAMETER_RESUME] != '\0')
		set(kept, "RESUME", boot->parameter[PARAMETER_RESUME]);
	if (variables_get(exported, "BOOT") == NULL)
		set(exported, "BOOT", "");
	for (at = 0; at < boot->length; at += strlen(boot->text + at) + 1)
		take_word(boot->text + at, exported, kept);
	if (*variables_get(exported, "BOOT") == '\0')
		set(exported, "BOOT", "local");
	decide_resume(exported, kept);
}

void environment_begin(struct init *init)
{
	struct environment *environment = &init->environment;

	environment->answer = -1;
	environment_set_first(init, &environment->exported);
	environment->kept = (struct variables){.length = 0};
	environment_read_command_line(init, &environment->exported, &environment->kept);
}

/* --- what init sets on its way -------------------------------------------- */

/* `starttime` is seconds of uptime, rounded up. */
static void set_start(struct variables *exported)
{
	struct timespec up;
	char text[24];

	if (variables_get(exported, "starttime") != NULL)
		return;
	clock_gettime(CLOCK_BOOTTIME, &up);
	snprintf(text, sizeof text, "%lld", (long long)up.tv_sec + 1);
	set(exported, "starttime", text);
}

/* parse_numeric of scripts/functions: root=8:1 and lilo's root=801. */
static void set_numeric_root(struct variables *exported)
{
	const char *root = variables_get(exported, "ROOT");
	size_t colon = root != NULL ? strcspn(root, ":") : 0;
	char text[64];

	if (root == NULL || *root == '\0' || strlen(root) > 20)
		return;
	if (root[colon] == ':') {
		if (strspn(root, "0123456789") != colon ||
		    strspn(root + colon + 1, "0123456789") != strlen(root + colon + 1))
			return;
		snprintf(text, sizeof text, "/dev/block/%s", root);
	} else {
		unsigned long value = strtoul(root, NULL, 16);

		if (strspn(root, "0123456789abcdefABCDEF") != strlen(root))
			return;
		snprintf(text, sizeof text, "/dev/block/%lu:%lu", value >> 8 & 0xfff,
			 (value & 0xff) | (value >> 12 & 0xfff00));
	}
	set(exported, "ROOT", text);
}

/* The node that stands for root=, once it is there: its device's name. */
static const struct seen *root_device(const struct init *init)
{
	struct value value;
	struct node node;
	uint32_t i;

	for (i = 0; i < init->machine.node_count; i++) {
		blob_node(&init->blob, i, &node);
		if (node.kind != NODE_DEVICE || node.match == NONE ||
		    blob_word(&init->blob, SECTION_code, node.match) != OP_NAMES)
			continue;
		blob_value(&init->blob, blob_word(&init->blob, SECTION_code, node.match + 1),
			   &value);
		if (value.parameter == PARAMETER_ROOT)
			return devices_find(&init->devices, init->machine.state->node[i].device);
	}
	return NULL;
}

/* local_mount_root of scripts/local: ROOT=${DEV}. A path stays as it is. */
static void set_mounted_root(struct init *init)
{
	const char *root = variables_get(&init->environment.exported, "ROOT");
	const struct seen *seen = root_device(init);
	char text[320];

	if (root == NULL || *root == '\0' || *root == '/' || seen == NULL || seen->name == NULL)
		return;
	if (strncmp(seen->name, "dm-", 3) != 0 || !mapping_path(seen->name, text, sizeof text))
		snprintf(text, sizeof text, "/dev/%s", seen->name);
	set(&init->environment.exported, "ROOT", text);
}

static bool is_in(const char *program, const char *phase)
{
	size_t length = strlen(phase);

	program += strlen("/scripts/");
	return strncmp(program, phase, length) == 0;
}

void environment_come_to(struct init *init, const char *program)
{
	struct variables *exported = &init->environment.exported;

	if (is_in(program, "init-top/"))
		return;
	set_start(exported);
	if (is_in(program, "init-premount/"))
		return;
	set_numeric_root(exported);
	if (is_in(program, "local-bottom/") || is_in(program, "init-bottom/"))
		set_mounted_root(init);
}

void environment_enter(const struct init *init)
{
	static char *array[VARIABLES_MAX + 1];
	const struct variables *exported = &init->environment.exported;
	const char *text = NULL;
	size_t n = 0;

	while ((text = variables_next(exported, text)) != NULL)
		array[n++] = (char *)text;
	array[n] = NULL;
	environ = array;
}
