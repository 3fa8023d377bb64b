/* OpenSSL 3 keeps old hashes in a module of its own, which libcryptsetup loads when a device needs
 * one (OSSL_PROVIDER-legacy(7); cryptsetup 2:2.6.1-4, hooks/cryptroot: copy_libssl_legacy_library).
 */
#include "crypttab_check.h"

#include <string.h>

#include "../image/path.h"

static const char *option(const struct crypttab_row *row, enum crypttab_option_id id,
			  const char *otherwise)
{
	const struct crypttab_option *given = crypttab_find(row, id);

	return given != NULL && given->value.text != NULL ? given->value.text : otherwise;
}

/* Whether a row can need such a hash: a plain device as it says, or by cryptsetup's default until
 * 2.6; TrueCrypt's headers try them all. A key file of a plain device is not hashed. */
static bool needs_old_hash(const struct crypttab_row *row)
{
	const char *hash = option(row, CRYPTTAB_HASH, "ripemd160");
	bool hashed = strcmp(row->key.text, "none") == 0 || crypttab_find(row, CRYPTTAB_KEYSCRIPT);

	if (crypttab_find(row, CRYPTTAB_LUKS) != NULL)
		return false;
	if (crypttab_find(row, CRYPTTAB_TCRYPT) != NULL)
		return true;
	return crypttab_find(row, CRYPTTAB_PLAIN) != NULL && hashed &&
	       (strncmp(hash, "ripemd160", 9) == 0 || strncmp(hash, "whirlpool", 9) == 0);
}

void crypttab_find_provider(const struct crypttab_checker *checker, struct crypttab_row *row)
{
	struct arena *arena = checker->model->arena;
	path_names triplets = {0};
	struct stat status;

	if (!needs_old_hash(row))
		return;
	triplets = path_list(arena, checker->root_fd, "/usr/lib", "*-linux-gnu*");
	vec_push(arena, &triplets, "../lib64");
	vec_push(arena, &triplets, ".");
	for (size_t i = 0; i < triplets.count && row->legacy_provider == NULL; i++) {
		const char *path =
			arena_printf(arena, "/usr/lib/%s/ossl-modules/legacy.so", triplets.item[i]);

		if (crypttab_look(checker, path, &status) == PRESENT)
			row->legacy_provider = path;
	}
}
