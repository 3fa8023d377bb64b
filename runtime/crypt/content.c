/* What is on a device: a passphrase for a device without a header is right if it makes sense of
 * what is there (cryptsetup 2:2.6.1-4, local-top/cryptroot). */
#include "opening.h"

#include <blkid.h>
#include <stdio.h>

const char *content_type(const char *path)
{
	static char type[64];
	const char *value;
	blkid_probe probe = blkid_new_probe_from_filename(path);

	type[0] = '\0';
	if (probe == NULL)
		return type;
	blkid_probe_enable_superblocks(probe, 1);
	blkid_probe_set_superblocks_flags(probe, BLKID_SUBLKS_TYPE);
	if (blkid_do_safeprobe(probe) == 0 &&
	    blkid_probe_lookup_value(probe, "TYPE", &value, NULL) == 0)
		snprintf(type, sizeof type, "%s", value);
	blkid_free_probe(probe);
	return type;
}

bool content_is_known(const char *path)
{
	return content_type(path)[0] != '\0';
}
