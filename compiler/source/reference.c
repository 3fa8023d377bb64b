#include "reference.h"

#include <string.h>

static const char *const tags[] = {"UUID=", "LABEL=", "PARTUUID=", "PARTLABEL="};

enum {
	TAG_COUNT = sizeof tags / sizeof tags[0],
	DISK_LETTERS_MAX = 3, /* sdzzz is disk 18,278; /dev/sdcard is somebody's own name */
};

static bool has_prefix(const char *text, const char *prefix)
{
	return strncmp(text, prefix, strlen(prefix)) == 0;
}

/* Names that the kernel gives out in the order in which devices are found. */
static bool is_numbered_by_discovery(const char *name)
{
	static const char *const lettered[] = {"sd", "hd", "vd", "xvd"};
	static const char *const numbered[] = {"nvme", "mmcblk"};
	size_t i;

	for (i = 0; i < sizeof lettered / sizeof lettered[0]; i++) {
		if (has_prefix(name, lettered[i])) {
			const char *rest = name + strlen(lettered[i]);
			size_t letters = strspn(rest, "abcdefghijklmnopqrstuvwxyz");

			if (letters > 0 &&
			    rest[letters + strspn(rest + letters, "0123456789")] == '\0')
				return true;
		}
	}
	for (i = 0; i < sizeof numbered / sizeof numbered[0]; i++)
		if (has_prefix(name, numbered[i]) &&
		    strchr("0123456789", name[strlen(numbered[i])]) != NULL)
			return true;
	return false;
}

/* What is no reference, and which one may have been meant. */
static void report_other(struct diag *diag, struct word reference)
{
	struct arena *arena = arena_new();
	size_t key = strcspn(reference.text, "=");
	const char *hint = NULL, *tag;
	unsigned i;

	for (i = 0; i < TAG_COUNT; i++)
		if (strcmp(reference.text, tags[i]) == 0)
			hint = "something has to follow the equals sign; blkid(8) shows what the "
			       "disk has";
	if (hint == NULL && reference.text[key] == '=') {
		tag = diag_nearest(arena_strndup(arena, reference.text, key + 1), tags, TAG_COUNT);
		if (tag != NULL)
			hint = arena_printf(arena, "did you mean \"%s\"?", tag);
	}
	if (reference.text[0] == '\0')
		diag_report(diag, DIAG_DEVICE_REFERENCE, reference.span, hint,
			    "device reference is empty");
	else
		diag_report(diag, DIAG_DEVICE_REFERENCE, reference.span, hint,
			    "not a block device: \"%s\"", reference.text);
	arena_free(arena);
}

bool reference_check(struct diag *diag, struct word reference)
{
	struct device_ref ref;

	device_ref_parse(reference.text, &ref);
	if (ref.kind == REF_OTHER || ref.length == 0) {
		report_other(diag, reference);
		return false;
	}
	if (ref.kind == REF_LINK)
		diag_report(diag, DIAG_DEVICE_LINK, reference.span, NULL,
			    "only udev's rules make this link: \"%s\"", reference.text);
	else if (ref.kind == REF_NAME && is_numbered_by_discovery(ref.text))
		diag_report(diag, DIAG_DEVICE_UNSTABLE, reference.span, NULL,
			    "the name may go to another disk at the next boot: \"%s\"",
			    reference.text);
	return true;
}
