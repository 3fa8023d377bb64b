/* Facts of an unknown origin: read, asked, made a chain of and checked, with a machine that has
 * some of everything. */
#include "source.h"

#include <string.h>

#include "../../compiler/chain.h"
#include "../../compiler/facts/facts.h"
#include "../../compiler/facts/write.h"

static const char fstab[] =
	"UUID=1 / btrfs defaults 0 1\n/dev/vg-data/usr /usr ext4 defaults 0 2\n";
static const char crypttab[] = "cryptroot UUID=c none luks,initramfs\n"
			       "swap /dev/vda1 /dev/urandom swap,initramfs\n"
			       "other /dev/mapper/vg--data-home none luks,initramfs\n";
static const char mdadm_conf[] = "ARRAY /dev/md/root UUID=00000000:00004000:80000000:000000a5\n";
static const char cmdline[] = "root=/dev/mapper/vg--data-root resume=/dev/md0";

static const struct text *memory(struct arena *arena, const char *name, const char *data)
{
	return text_from_memory(arena, name, data, strlen(data));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct model model = {.arena = arena_new()};
	struct diag diag = {.out = fuzz_sink()};
	const struct text *text =
		text_from_memory(model.arena, "facts.json", (const char *)data, size);
	const struct facts *facts =
		text_check(&diag, text) ? facts_parse(model.arena, &diag, text) : NULL;

	if (facts != NULL) {
		source_fstab(&model, &diag, memory(model.arena, "etc/fstab", fstab));
		source_crypttab(&model, &diag, memory(model.arena, "etc/crypttab", crypttab));
		source_mdadm_conf(&model, &diag, memory(model.arena, "mdadm.conf", mdadm_conf));
		source_cmdline(&model, &diag, memory(model.arena, "--cmdline", cmdline));
		chain_check(chain_build(&model, facts), &model, &diag, true);
		facts_write(fuzz_sink(), facts);
	}
	arena_free(model.arena);
	return 0;
}
