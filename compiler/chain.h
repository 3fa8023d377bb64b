/* The chain: what /, /usr and resume stand on, link by link down to the disks, from what the
 * machine declares (fstab, crypttab, mdadm.conf, --cmdline) and, where there are facts, from what
 * it was seen to be.
 *
 *   / (fstab:3) on /dev/mapper/vg-root, a logical volume of vg, which has a physical volume on
 *   /dev/mapper/crypt (crypttab:1) on /dev/md0 (mdadm.conf:7) on sda1 and sdb1 (facts)
 *
 * Only made and asked here; chain_check says what is wrong with it. Everything lives in the arena
 * of the model. */
#ifndef BOOTGRAPH_CHAIN_H
#define BOOTGRAPH_CHAIN_H

#include "facts/facts.h"
#include "model.h"

/* ORDER LINK: names in chain.c */
enum link_kind {
	LINK_DISK,
	LINK_PARTITION,
	LINK_MD,
	LINK_CRYPT,
	LINK_BCACHE,
	LINK_LV,
	LINK_VG,
	LINK_MAPPER, /* another device of device-mapper: multipath, linear */
	LINK_BTRFS_DEVICE,
	LINK_FS,
	LINK_SWAP,
	LINK_UNKNOWN, /* a device of which nothing says what it is */
	LINK_KIND_COUNT
};

enum { NO_LINK = UINT32_MAX };

struct chain_link {
	enum link_kind kind;
	/* For people: "/dev/mapper/crypt", "sda1", "/" (a file system), "vg" (a volume group) */
	const char *name;
	/* Device references that mean it, as the sources write them and as the facts have it:
	 * "UUID=...", "/dev/vg/root". Empty for file systems, swap and volume groups. */
	VEC(struct word) names;
	struct span span; /* what declares it, else the fact, else who asked for it */
	VEC(uint32_t)
	on; /* what it stands on: indexes of links, all of them smaller than its own */
	/* Whether `on` is all there is to say: a disk, or something whose makings are known. If
	 * not, only the boot can find out. */
	bool known;
	/* What declares it, or NULL. */
	const struct fstab_row *mount;	   /* LINK_FS, LINK_SWAP */
	const struct crypttab_row *crypt;  /* LINK_CRYPT */
	const struct md_array *array;	   /* LINK_MD */
	const struct facts_device *device; /* what the facts say it is, or NULL */
	const struct facts_vg *group;	   /* LINK_VG, LINK_LV: the facts' */
	const struct facts_lv *volume;	   /* LINK_LV: the facts' */
};

/* A way from a thing back to itself, without its end: names, and what declares them. */
struct chain_circle {
	VEC(struct word) path;
};

struct chain {
	struct arena *arena;
	const struct facts *facts;    /* or NULL */
	VEC(struct chain_link) links; /* in an order in which they could be set up */
	/* What the boot needs. NO_LINK: not declared. */
	uint32_t root, usr, resume;
	VEC(uint32_t) marked; /* crypttab rows with the option initramfs */
	/* Things that stand on themselves, each as the way around; the links are without the edge
	 * that closes the circle. */
	VEC(struct chain_circle) circles;
};

const char *link_kind_name(enum link_kind kind);

/* Gives the model a resume= where neither the command line nor initramfs.conf has one: the largest
 * swap space that the machine of the facts has in use. facts may be NULL: then nothing is known. */
void chain_choose_resume(struct model *model, const struct facts *facts);

/* facts may be NULL. Reports nothing. */
struct chain *chain_build(const struct model *model, const struct facts *facts);

bool chain_link_has_name(const struct chain_link *link, const char *reference);
/* The value of a parameter on --cmdline; text NULL if it is not given or empty. */
struct word chain_parameter(const struct model *model, enum parameter_id id);

/* The link that a device reference means, or NO_LINK if nothing on the way has this name. */
uint32_t chain_find(const struct chain *chain, const char *reference);

/* Whether a row has to be dealt with before the handoff: something the boot needs stands on it. */
bool chain_has_crypt(const struct chain *chain, const struct crypttab_row *row);
bool chain_has_array(const struct chain *chain, const struct md_array *array);

/* Whether something on the way is not known, so that any array that is declared could be below it;
 * or, below / or /usr, any encrypted device; which is not supposed of what another one stands on.
 */
bool chain_is_open(const struct chain *chain);
bool chain_is_open_to_crypt(const struct chain *chain);

/* Whether a link is, or stands on, another. */
bool chain_stands_on(const struct chain *chain, uint32_t link, uint32_t other);

/* "/", "/usr" or "resume", if that stands on the link; else NULL. */
const char *chain_needed_by(const struct chain *chain, uint32_t link);

/* Reports what cannot come up, and what cannot be known. tell_unknown: notes about the latter. */
void chain_check(const struct chain *chain, const struct model *model, struct diag *diag,
		 bool tell_unknown);

#endif
