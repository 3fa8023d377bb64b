/* Devices that prove what they read: dm-verity by a tree of hashes, dm-integrity by a checksum of
 * each block (veritysetup(8), integritysetup(8); kernel: admin-guide/device-mapper/verity.rst and
 * dm-integrity.rst). What the options mean: veritytab(5), integritytab(5). */
#include "opening.h"
#include "../helper/confine.h"

#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
	BLOCK = 4096,	     /* bytes: the first of a device, or what there is of it */
	ROOT_HASH_MAX = 128, /* bytes; no hash of the kernel's has more */
	MS_PER_COMMIT = 10000,
};

struct mapping {
	const char *name, *device, *hash_device, *root_hash;
	struct crypt_device *crypt;
	uint32_t flags;
	uint64_t hash_offset, commit_time, watermark;
	char algorithm[32];
};

/* --- options -------------------------------------------------------------- */

static const struct {
	const char *word;
	uint32_t flag;
} words[] = {
	{"ignore-corruption", CRYPT_ACTIVATE_IGNORE_CORRUPTION},
	{"restart-on-corruption", CRYPT_ACTIVATE_RESTART_ON_CORRUPTION},
	{"panic-on-corruption", CRYPT_ACTIVATE_PANIC_ON_CORRUPTION},
	{"ignore-zero-blocks", CRYPT_ACTIVATE_IGNORE_ZERO_BLOCKS},
	{"check-at-most-once", CRYPT_ACTIVATE_CHECK_AT_MOST_ONCE},
	{"allow-discards", CRYPT_ACTIVATE_ALLOW_DISCARDS},
	{"mode=bitmap", CRYPT_ACTIVATE_NO_JOURNAL_BITMAP},
	{"mode=direct", CRYPT_ACTIVATE_NO_JOURNAL},
};

static bool take_number(const char *option, const char *key, uint64_t *ret)
{
	size_t length = strlen(key);

	if (strncmp(option, key, length) != 0)
		return false;
	*ret = strtoull(option + length, NULL, 10);
	return true;
}

/* What it does not know says nothing about how the device is opened: the compiler refuses others.
 */
static void take_option(struct mapping *mapping, const char *option)
{
	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		if (strcmp(option, words[i].word) == 0)
			mapping->flags |= words[i].flag;
	if (take_number(option, "hash-offset=", &mapping->hash_offset) ||
	    take_number(option, "journal-commit-time=", &mapping->commit_time) ||
	    take_number(option, "journal-watermark=", &mapping->watermark))
		return;
	if (strncmp(option, "integrity-algorithm=", 20) == 0)
		snprintf(mapping->algorithm, sizeof mapping->algorithm, "%s", option + 20);
}

/* --- dm-verity ------------------------------------------------------------ */

/* Whether each two hexadecimal digits are a byte. */
static bool read_hash(const char *text, char *hash, size_t size)
{
	if (strlen(text) != 2 * size || strspn(text, "0123456789abcdefABCDEF") != 2 * size)
		return false;
	for (size_t i = 0; i < size; i++) {
		const char digits[] = {text[2 * i], text[2 * i + 1], '\0'};

		hash[i] = (char)strtoul(digits, NULL, 16);
	}
	return true;
}

/* The kernel takes any root hash, and only what is read shows that it is the wrong one. So the
 * device is opened under another name first, without options that would restart the machine. */
static int try_verity(struct mapping *mapping, const char *hash, size_t size)
{
	char trial[64], path[96], block[BLOCK];
	int r, fd;

	snprintf(trial, sizeof trial, TRIAL_NAME, (int)getpid());
	snprintf(path, sizeof path, "/dev/mapper/%s", trial);
	r = crypt_activate_by_volume_key(mapping->crypt, trial, hash, size,
					 CRYPT_ACTIVATE_READONLY);
	if (r < 0)
		return report_else(r, "%s: %s", mapping->device, strerror(-r));
	fd = open(path, O_RDONLY | O_CLOEXEC);
	r = fd < 0 || read(fd, block, sizeof block) < 0 ? -errno : 0;
	if (fd >= 0)
		close(fd);
	if (r < 0)
		(void)report(r,
			     "what is on %s does not fit the root hash %.16s...: it is another "
			     "one's, or %s has been changed",
			     mapping->device, mapping->root_hash, mapping->device);
	if (crypt_deactivate(NULL, trial) < 0 && r == 0)
		return report_else(-EBUSY, "%s cannot be closed again", trial);
	return r;
}

static int open_verity(struct mapping *mapping)
{
	struct crypt_params_verity parameters = {.data_device = mapping->device,
						 .hash_area_offset = mapping->hash_offset};
	char hash[ROOT_HASH_MAX];
	size_t size;
	int r = crypt_init(&mapping->crypt, mapping->hash_device);

	if (r >= 0)
		r = crypt_load(mapping->crypt, CRYPT_VERITY, &parameters);
	if (r < 0)
		return report(r, "%s has no hashes of dm-verity", mapping->hash_device);
	size = (size_t)crypt_get_volume_key_size(mapping->crypt);
	if (size > sizeof hash || !read_hash(mapping->root_hash, hash, size))
		return report(-EINVAL, "the root hash of %s has to be %zu hexadecimal digits",
			      mapping->name, 2 * size);
	r = try_verity(mapping, hash, size);
	if (r < 0)
		return r;
	r = crypt_activate_by_volume_key(mapping->crypt, mapping->name, hash, size,
					 mapping->flags | CRYPT_ACTIVATE_READONLY);
	return r < 0 ? report_else(r, "%s: %s", mapping->device, strerror(-r)) : 0;
}

/* --- dm-integrity --------------------------------------------------------- */

static int open_integrity(struct mapping *mapping)
{
	struct crypt_params_integrity parameters = {
		.journal_watermark = (uint32_t)mapping->watermark,
		.journal_commit_time = mapping->commit_time < UINT32_MAX
					       ? (uint32_t)mapping->commit_time
					       : MS_PER_COMMIT,
		.integrity = mapping->algorithm[0] != '\0' ? mapping->algorithm : "crc32c",
	};
	int r = crypt_init(&mapping->crypt, mapping->device);

	if (r >= 0)
		r = crypt_load(mapping->crypt, CRYPT_INTEGRITY, &parameters);
	if (r < 0)
		return report(r, "%s is no device of dm-integrity with the algorithm %s",
			      mapping->device, parameters.integrity);
	r = crypt_activate_by_volume_key(mapping->crypt, mapping->name, NULL, 0, mapping->flags);
	return r < 0 ? report_else(r, "%s: %s", mapping->device, strerror(-r)) : 0;
}

/* --- arguments ------------------------------------------------------------ */

/* A tag as the link that PID 1 makes for it: the device is there, for the unit waits for it. */
static const char *path_of(const char *reference, char path[static 512])
{
	static const char *const tags[][2] = {{"UUID=", "by-uuid"},
					      {"LABEL=", "by-label"},
					      {"PARTUUID=", "by-partuuid"},
					      {"PARTLABEL=", "by-partlabel"}};

	for (size_t i = 0; i < sizeof tags / sizeof *tags; i++)
		if (strncmp(reference, tags[i][0], strlen(tags[i][0])) == 0) {
			snprintf(path, 512, "/dev/disk/%s/%s", tags[i][1],
				 reference + strlen(tags[i][0]));
			return path;
		}
	return reference;
}

static bool read_arguments(struct mapping *mapping, int argc, char **argv, const char **ret_options)
{
	static const struct option table[] = {{"name", required_argument, NULL, 'n'},
					      {"hash-device", required_argument, NULL, 'd'},
					      {"root-hash", required_argument, NULL, 'r'},
					      {"options", required_argument, NULL, 'o'},
					      {0}};
	const char **const places[] = {&mapping->name, &mapping->hash_device, &mapping->root_hash,
				       ret_options};
	int option;

	while ((option = getopt_long(argc, argv, "", table, NULL)) != -1) {
		size_t i = 0;

		while (table[i].val != option)
			if (++i == sizeof places / sizeof *places)
				return false;
		*places[i] = optarg;
	}
	mapping->device = argv[optind];
	return argc - optind == 1 && mapping->name != NULL;
}

int mapping_open(int argc, char **argv)
{
	struct mapping mapping = {0};
	bool verity = strcmp(argv[0], "verity") == 0;
	char *text, *rest, *option, hash_path[512];
	const char *options = "";
	int r;

	if (!read_arguments(&mapping, argc, argv, &options) ||
	    (verity && (mapping.hash_device == NULL || mapping.root_hash == NULL)))
		return report(-EINVAL, "%s: wrong arguments", argv[0]);
	text = rest = strdup(options);
	if (text == NULL)
		return report(-ENOMEM, "no memory for options");
	while ((option = strsep(&rest, ",")) != NULL)
		take_option(&mapping, option);
	free(text);
	r = confine(CONFINED_OPENER);
	if (r < 0)
		return report(r, "%s: no confinement: %s", mapping.name, strerror(-r));
	if (verity)
		mapping.hash_device = path_of(mapping.hash_device, hash_path);
	r = verity ? open_verity(&mapping) : open_integrity(&mapping);
	crypt_free(mapping.crypt);
	return r;
}
