/* Lines of mdadm.conf(5) beside each other (mdadm 4.2-5, config.c: conf_get_devs, devname_matches;
 * Assemble.c: ident_matches). */
#include "mdadm_check.h"
#include "text.h"

#include <errno.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

/* --- the same array twice ------------------------------------------------- */

/* The word an array is called by: its device, or the name in its metadata without the host. */
static struct word called(const struct md_array *array)
{
	struct word word = array->device;
	const char *colon;

	if (word.text != NULL) {
		word.text = md_short_name(word.text);
		return word;
	}
	word = array->name;
	if (word.text != NULL && (colon = strchr(word.text, ':')) != NULL)
		word.text = colon + 1;
	return word;
}

static void report_twice(struct diag *diag, struct word word, struct word first, const char *what)
{
	diag_report(diag, DIAG_MDADM_ARRAY_TWICE, word.span, NULL, "another array has this %s",
		    what);
	diag_note(diag, first.span, "it is here");
}

static bool same_uuid(const struct md_array *a, const struct md_array *b)
{
	char first[MD_UUID_SIZE], second[MD_UUID_SIZE];

	return a->uuid.text != NULL && b->uuid.text != NULL && md_uuid(a->uuid.text, first) &&
	       md_uuid(b->uuid.text, second) && strcmp(first, second) == 0;
}

static void check_twice(const struct model *model, struct diag *diag, const struct md_array *array)
{
	struct word name = called(array);
	const struct md_array *other;

	for (other = model->arrays.item; other < array; other++) {
		struct word other_name = called(other);

		if (same_uuid(other, array)) {
			report_twice(diag, array->uuid, other->uuid, "UUID");
			return;
		}
		if (name.text != NULL && other_name.text != NULL && !array->ignored &&
		    !other->ignored && strcmp(name.text, other_name.text) == 0) {
			report_twice(diag, name, other_name, "name");
			return;
		}
	}
}

/* --- where members are looked for ----------------------------------------- */

static bool is_listed(const struct md_settings *md, const char *path)
{
	size_t i;

	for (i = 0; i < md->device_patterns.count; i++) {
		const char *pattern = md->device_patterns.item[i].text;

		/* A pattern may be in the list as it stands. */
		if (strcasecmp(pattern, "partitions") == 0 || strcmp(pattern, path) == 0 ||
		    fnmatch(pattern, path, FNM_PATHNAME) == 0)
			return true;
	}
	return false;
}

static bool scans_containers(const struct md_settings *md)
{
	size_t i;

	for (i = 0; i < md->device_patterns.count; i++)
		if (strcasecmp(md->device_patterns.item[i].text, "containers") == 0)
			return true;
	return false;
}

static void check_members(const struct model *model, struct diag *diag,
			  const struct md_array *array)
{
	size_t i;

	if (model->md.device_patterns.count == 0)
		return; /* everything is looked at */
	for (i = 0; i < array->devices.count; i++)
		if (!is_listed(&model->md, array->devices.item[i].text))
			diag_report(diag, DIAG_MDADM_MEMBER, array->devices.item[i].span, NULL,
				    "no DEVICE line has \"%s\"", array->devices.item[i].text);
	if (array->container.text != NULL && !scans_containers(&model->md) &&
	    (array->container.text[0] != '/' || !is_listed(&model->md, array->container.text)))
		diag_report(diag, DIAG_MDADM_MEMBER, array->container.span, NULL,
			    "no DEVICE line has the word containers");
}

/* --- whose arrays --------------------------------------------------------- */

static bool has_host_name(int root_fd)
{
	int fd = sysroot_open(root_fd, "etc/hostname", O_PATH | O_CLOEXEC);

	if (fd < 0)
		return errno != ENOENT && errno != ENOTDIR; /* there may be one */
	close(fd);
	return true;
}

static void check_homehost(const struct model *model, struct diag *diag, int root_fd)
{
	const struct md_settings *md = &model->md;
	bool system = md->homehost.text == NULL || strcasecmp(md->homehost.text, "<system>") == 0;
	size_t i;

	if (!system || md->homehost_ignored.text != NULL)
		return;
	for (i = 0; i < md->auto_rules.count; i++)
		if (strcasecmp(md->auto_rules.item[i].text, "homehost") == 0) {
			diag_report(diag, DIAG_MDADM_HOMEHOST, md->auto_rules.item[i].span, NULL,
				    "the initramfs has no host name to compare with");
			return;
		}
	if (md->homehost.text != NULL && !has_host_name(root_fd))
		diag_report(diag, DIAG_MDADM_HOMEHOST, md->homehost.span, NULL,
			    "the sysroot has no etc/hostname");
}

void mdadm_check(const struct model *model, struct diag *diag, int root_fd)
{
	size_t i;

	for (i = 0; i < model->arrays.count; i++) {
		check_twice(model, diag, &model->arrays.item[i]);
		check_members(model, diag, &model->arrays.item[i]);
	}
	check_homehost(model, diag, root_fd);
}
