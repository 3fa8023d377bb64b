/* Which drivers reach the disk. */
#include <fnmatch.h>
#include <string.h>

#include "image.h"
#include "path.h"

/* --- for the hardware that the facts name --------------------------------- */

/* What lies on the way to a disk has an alias for these drivers too, but the disk is reached
 * without them. */
static const char *const bystanders[] = {
	"kernel/drivers/edac/*",	"kernel/drivers/gpu/*",
	"kernel/drivers/pci/hotplug/*", "kernel/drivers/pci/pci*-stub.ko*",
	"kernel/drivers/platform/*",	"kernel/drivers/watchdog/*",
};

static bool matches(const char *path, const char *const *patterns, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (fnmatch(patterns[i], path, 0) == 0)
			return true;
	return false;
}

#define MATCHES(path, patterns) matches(path, patterns, sizeof(patterns) / sizeof *(patterns))

/* A driver that the administrator has switched off is left out, and that is worth a word: the disk
 * may not appear because of it. */
static bool is_blacklisted(struct image *image, const struct module *module, const char *why)
{
	if (!module_config_is_blacklisted(image->modules->config, module->name))
		return false;
	diag_report(image->diag, DIAG_IMAGE_BLACKLISTED, (struct span){.name = module->path}, NULL,
		    "module %s (%s) is switched off in the sysroot's modprobe.d: left out of the "
		    "image",
		    module->name, why);
	return true;
}

static void add_driver(struct image *image, struct module *module, const char *alias)
{
	struct modules *modules = image->modules;
	struct need need = {
		.why = arena_printf(image->arena, "driver of %s", alias),
		.span = {.name = "--facts"},
	};

	for (size_t i = 0; i < modules->drivers.count; i++)
		if (modules->drivers.item[i] == module)
			return;
	if (!module->builtin &&
	    (MATCHES(module->path, bystanders) || is_blacklisted(image, module, need.why)))
		return;
	if (modules_add(image, module, need) && !module->builtin)
		vec_push(image->arena, &modules->drivers, module);
}

/* Whether the kernel has drivers for an alias; they are added. */
static bool add_drivers(struct image *image, const char *alias)
{
	module_list found = modules_lookup(image->modules, alias);

	for (size_t i = 0; i < found.count; i++)
		add_driver(image, found.item[i], alias);
	return found.count > 0;
}

void drivers_add_facts(struct image *image, const struct facts *facts)
{
	bool any = false, any_adapter = false;

	for (size_t i = 0; i < facts->modalias.count; i++)
		any |= add_drivers(image, facts->modalias.item[i]);
	for (size_t i = 0; i < facts->network.count && image->network != NULL; i++)
		any_adapter |= add_drivers(image, facts->network.item[i]);
	if (image->network != NULL && !any_adapter)
		diag_report(image->diag, DIAG_IMAGE_NO_NETWORK, (struct span){.name = "--facts"},
			    NULL,
			    "%s configures the network, and no driver answers to the facts' "
			    "adapters",
			    image->network);
	if (!any)
		diag_report(image->diag, DIAG_IMAGE_NO_DRIVER, (struct span){.name = "--facts"},
			    NULL, "kernel %s has no driver for any of the devices in the facts",
			    image->modules->release);
}

/* --- for any machine ------------------------------------------------------ */

/* bootgraph-image(1), "Drivers for any machine", tells this rule to users: disk controllers and
 * disks, the buses they hang on, and the keyboard for the rescue shell. */
static const char *const included[] = {
	"kernel/drivers/ata/*",
	"kernel/drivers/block/mtip32xx/*",
	"kernel/drivers/block/virtio_blk.ko*",
	"kernel/drivers/block/xen-blkfront.ko*",
	"kernel/drivers/hid/hid-generic.ko*",
	"kernel/drivers/hid/hid-hyperv.ko*",
	"kernel/drivers/hid/usbhid/usbhid.ko*",
	"kernel/drivers/hv/hv_vmbus.ko*",
	"kernel/drivers/input/keyboard/atkbd.ko*",
	"kernel/drivers/input/serio/hyperv-keyboard.ko*",
	"kernel/drivers/input/serio/i8042.ko*",
	"kernel/drivers/message/fusion/*",
	"kernel/drivers/misc/cardreader/rtsx_pci.ko*",
	"kernel/drivers/mmc/core/mmc_block.ko*",
	"kernel/drivers/mmc/host/*",
	"kernel/drivers/nvme/host/nvme.ko*",
	"kernel/drivers/pci/controller/*",
	"kernel/drivers/scsi/*",
	"kernel/drivers/ufs/*",
	"kernel/drivers/usb/host/*",
	"kernel/drivers/usb/storage/*",
	"kernel/drivers/virtio/virtio_mmio.ko*",
	"kernel/drivers/virtio/virtio_pci.ko*",
};

/* For boot scripts that configure the network: wired adapters, of machines and of virtual ones. */
static const char *const networks[] = {
	"kernel/drivers/net/ethernet/*", "kernel/drivers/net/hyperv/*",
	"kernel/drivers/net/phy/*",	 "kernel/drivers/net/virtio_net.ko*",
	"kernel/drivers/net/vmxnet3/*",	 "kernel/drivers/net/xen-netfront.ko*",
};

/* Of these, what no root file system is on without a network, with a card in a slot of the last
 * century, or on a tape; and old card readers. */
static const char *const excluded[] = {
	"*/pcmcia/*",
	"*/pata_legacy.ko*",
	"*/pata_pcmcia.ko*",
	"*/mmc/host/sdricoh_cs.ko*",
	"*/scsi/be2iscsi/*",
	"*/scsi/bnx2fc/*",
	"*/scsi/bnx2i/*",
	"*/scsi/csiostor/*",
	"*/scsi/cxgbi/*",
	"*/scsi/fcoe/*",
	"*/scsi/qedf/*",
	"*/scsi/qedi/*",
	"*/scsi/ch.ko*",
	"*/scsi/ses.ko*",
	"*/scsi/sg.ko*",
	"*/scsi/sr_mod.ko*",
	"*/scsi/st.ko*",
	"*/usb/host/sl811*",
	"*/usb/host/u132-hcd.ko*",
	"*/usb/storage/ums-*",
};

static bool has_device_alias(const struct module *module)
{
	for (size_t i = 0; i < module->aliases.count; i++)
		if (module_alias_is_device(module->aliases.item[i]))
			return true;
	return false;
}

static void add_candidate(struct image *image, const char *path)
{
	struct need need = {.why = "driver for any machine", .span = {.name = "--generic"}};
	struct module *module;

	if (!(MATCHES(path, included) || (image->network != NULL && MATCHES(path, networks))) ||
	    MATCHES(path, excluded))
		return;
	module = modules_by_path(image->modules, path);
	/* Without a device alias nothing would load it; what others need comes with them. */
	if (module == NULL || !module_read_info(image->modules, module) ||
	    !has_device_alias(module) || is_blacklisted(image, module, need.why))
		return;
	(void)modules_add(image, module, need);
}

/* Every module that depmod knows: the lines of modules.dep(5). */
void drivers_add_generic(struct image *image)
{
	struct modules *modules = image->modules;
	const char *path = arena_printf(image->arena, "%s/modules.dep", modules->directory);
	struct path_walk walk;
	char *text = NULL, *line;
	size_t size;

	if (path_walk(image->arena, image->root_fd, path, &walk) == 0)
		text = (char *)path_read(image->arena, image->root_fd, walk.path, &size);
	if (text == NULL) {
		diag_report(image->diag, DIAG_UNREADABLE, (struct span){.name = path},
			    "depmod makes it", "cannot be read");
		return;
	}
	while ((line = strsep(&text, "\n")) != NULL) {
		line[strcspn(line, ":")] = '\0';
		add_candidate(image, line);
	}
}
