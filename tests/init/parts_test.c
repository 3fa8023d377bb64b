/* The parts of PID 1 that only read and remember: options, patterns, events, the module plan, the
 * list of devices, the trace's limits. What needs a kernel is tested in QEMU. */
#include "check.h"

#include "../../runtime/init/breakpoint.h"
#include "../../runtime/init/devices.h"
#include "../../runtime/init/glob.h"
#include "../../runtime/init/init.h"
#include "../../runtime/init/mount.h"
#include "../../runtime/init/properties.h"
#include "../../runtime/init/rootfs.h"
#include "../../runtime/story/story.h"

#include <dirent.h>
#include <fcntl.h>
#include <sched.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

/* --- mount options ------------------------------------------------------------------------------
 */

static void test_written_options(void)
{
	struct mount_options o;
	char text[64];

	CHECK(mount_read_options(&o, "defaults", "ro"));
	CHECK(mount_write_options(&o, text, sizeof text) && strcmp(text, "ro") == 0);
	CHECK(mount_read_options(&o, "uid=0,nosuid,user,x-no,noatime", "rw"));
	CHECK(mount_write_options(&o, text, sizeof text) &&
	      strcmp(text, "rw,nosuid,nodev,noexec,noatime,uid=0") == 0);
	CHECK(!mount_write_options(&o, text, 8));
}

static void test_mount_options(void)
{
	struct mount_options o;
	char longest[MOUNT_DATA_MAX + 16];

	CHECK(mount_read_options(&o, "defaults", ""));
	CHECK(o.flags == 0 && o.data[0] == '\0');
	CHECK(mount_read_options(&o, "errors=remount-ro,noatime,nodev", "ro"));
	CHECK(o.flags == (MS_RDONLY | MS_NOATIME | MS_NODEV));
	CHECK_TEXT(o.data, "errors=remount-ro");
	CHECK(mount_read_options(&o, "ro", "rw") && o.flags == 0);
	CHECK(mount_read_options(&o, "rw", "ro") && o.flags == MS_RDONLY);
	CHECK(mount_read_options(&o, "ro,rw", "") && o.flags == 0);
	CHECK(mount_read_options(&o, "noatime,relatime", "") && o.flags == MS_RELATIME);
	CHECK(mount_read_options(&o, "subvol=@root,compress=zstd:3,x-systemd.growfs,nofail,_netdev",
				 ""));
	CHECK_TEXT(o.data, "subvol=@root,compress=zstd:3");
	CHECK(mount_read_options(&o, "context=\"a,b\",nosuid,comment=x", ""));
	CHECK(o.flags == MS_NOSUID);
	CHECK_TEXT(o.data, "context=\"a,b\"");
	CHECK(mount_read_options(&o, ",,noexec,,", "") && o.flags == MS_NOEXEC);
	CHECK_TEXT(o.data, "");
	CHECK(mount_read_options(&o, "users", "") && o.flags == (MS_NOEXEC | MS_NOSUID | MS_NODEV));
	memset(longest, 'x', sizeof longest - 1);
	longest[sizeof longest - 1] = '\0';
	CHECK(!mount_read_options(&o, longest, ""));
}

/* --- patterns -----------------------------------------------------------------------------------
 */

static void test_patterns(void)
{
	CHECK(glob_fits("virtio:d00000002v*", "virtio:d00000002v00001AF4"));
	CHECK(!glob_fits("virtio:d00000002v*", "virtio:d00000003v00001AF4"));
	CHECK(glob_fits("pci:v*d*sv*sd*bc01sc06i01*",
			"pci:v00008086d00002922sv00001AF4sd00001100bc01sc06i01"));
	CHECK(!glob_fits("pci:v*d*sv*sd*bc01sc06i01*",
			 "pci:v00008086d00002922sv00001AF4sd00001100bc01sc06i00"));
	CHECK(glob_fits("usb:v05ACp12[9-9]*", "usb:v05ACp1290"));
	CHECK(glob_fits("a[0-9A-F]c", "aBc") && !glob_fits("a[0-9A-F]c", "aGc"));
	CHECK(glob_fits("a[!0-9]c", "aXc") && !glob_fits("a[!0-9]c", "a5c"));
	CHECK(glob_fits("[]x]", "]") && !glob_fits("[]x]", "y"));
	CHECK(glob_fits("a[b", "a[b")); /* a bracket that never closes is itself */
	CHECK(glob_fits("*", "") && glob_fits("", "") && !glob_fits("?", ""));
	CHECK(glob_fits("*a*a*a*b", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaab"));
	CHECK(!glob_fits("*a*a*a*a*a*a*a*a*c", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaab"));
}

/* --- events -------------------------------------------------------------------------------------
 */

#define BLOCK(text) text, sizeof text

static void test_uevents(void)
{
	CHECK(uevent_is_sound(BLOCK("ACTION=add\0SUBSYSTEM=block")));
	CHECK(!uevent_is_sound(BLOCK("SUBSYSTEM=block")));
	CHECK(!uevent_is_sound(BLOCK("ACTION=add\0=x")));
	CHECK(!uevent_is_sound(BLOCK("ACTION=add\0word")));
	CHECK(!uevent_is_sound(BLOCK("ACTION=add\0\0DEVNAME=x")));
	CHECK(!uevent_is_sound("ACTION=add", 10)); /* not ended */
	CHECK(!uevent_is_sound("", 0));
}

static void test_properties(void)
{
	static struct properties p;
	char big[PROPERTIES_MAX];
	struct event event = {.kind = EVENT_DEVICE};

	CHECK(properties_add(&p, "ACTION", "add"));
	CHECK(properties_add(&p, "EMPTY", ""));
	CHECK(!properties_add(&p, "BAD", "two\nlines"));
	CHECK(properties_add_lines(&p, "MAJOR=8\nMINOR=1\nnonsense\n=x\nDEVNAME=sda1\nLAST=1", 46));
	event.properties = p.text;
	event.length = p.length;
	CHECK(uevent_is_sound(p.text, p.length));
	CHECK(event_device_number(&event) == (8u << 20 | 1));
	CHECK_TEXT(event_property(&event, "DEVNAME"), "sda1");
	CHECK(event_property(&event, "EMPTY") == NULL && event_property(&event, "BAD") == NULL);
	memset(big, 'x', sizeof big - 1);
	big[sizeof big - 1] = '\0';
	CHECK(!properties_add(&p, "BIG", big));
	CHECK(uevent_is_sound(p.text, p.length)); /* nothing of it was left behind */
}

/* --- devices ------------------------------------------------------------------------------------
 */

static bool device(struct devices *devices, const char *action, unsigned major, unsigned minor)
{
	static struct properties p;
	char text[32];

	p.length = 0;
	properties_add(&p, "ACTION", action);
	properties_add(&p, "SUBSYSTEM", "block");
	snprintf(text, sizeof text, "disk%u-%u", major, minor);
	properties_add(&p, "DEVNAME", text);
	snprintf(text, sizeof text, "%u", major);
	properties_add(&p, "MAJOR", text);
	snprintf(text, sizeof text, "%u", minor);
	properties_add(&p, "MINOR", text);
	return devices_event(
		devices,
		&(struct event){.kind = EVENT_DEVICE, .properties = p.text, .length = p.length}, 0);
}

static void test_devices(void)
{
	static struct devices d;
	struct answer answer = {.outcome = PROBE_FOUND, .size = 4096, .type = "ext4"};
	unsigned i, wrong = 0;

	CHECK(devices_find(&d, 1) == NULL);
	for (i = 0; i < 10000; i++)
		wrong += !device(&d, "add", 8 + i / 256, i % 256);
	CHECK(wrong == 0 && d.count == 10000 && d.present == 10000);
	for (i = 0; i < 10000; i++) {
		const struct seen *seen = devices_find(&d, (8 + i / 256) << 20 | i % 256);

		wrong += seen == NULL || !seen->present;
	}
	CHECK(wrong == 0);
	CHECK(!device(&d, "add", 8, 1)); /* a duplicate is no new one */
	CHECK(!device(&d, "remove", 8, 1) && d.present == 9999);
	CHECK(!device(&d, "remove", 8, 1) && d.present == 9999);
	CHECK(device(&d, "add", 8, 1) && d.count == 10000);
	devices_answer(&d, 8 << 20 | 1, &answer);
	CHECK_TEXT(devices_find(&d, 8 << 20 | 1)->type, "ext4");
	answer.type[0] = '\0';
	devices_answer(&d, 8 << 20 | 1, &answer);
	CHECK(devices_find(&d, 8 << 20 | 1)->type == NULL);
}

/* --- the module plan ----------------------------------------------------------------------------
 */

static void write_file(const char *path, const char *text, size_t length)
{
	FILE *file = fopen(path, "w");

	CHECK(file != NULL && fwrite(text, 1, length, file) == length && fclose(file) == 0);
}

/* PID 1 reads one plan and keeps it. */
static void forget_plan(struct modules *modules)
{
	if (modules->load != NULL)
		munmap(modules->load, (modules->count + 1) * sizeof *modules->load);
	free(modules->text);
	free(modules->module);
	free(modules->aliases.pair);
	free(modules->options.pair);
	free(modules->builtins.pair);
	memset(modules, 0, sizeof *modules);
}

static void read_plan(struct modules *modules, const char *text, size_t length)
{
	char path[] = "/tmp/bootgraph-plan-XXXXXX";

	forget_plan(modules);
	close(mkstemp(path));
	write_file(path, text, length);
	modules_begin(modules, path);
	unlink(path);
}

static const char plan[] = "bootgraph-modules 1\n"
			   "kernel 6.1.0\n"
			   "\n"
			   "# a remark\n"
			   "module crc16 kernel/lib/crc16.ko\n"
			   "module ext4 kernel/fs/ext4/ext4.ko crc16 jbd2\n"
			   "module virtio_blk kernel/drivers/block/virtio_blk.ko\n"
			   "drivers virtio_pci virtio_blk\n"
			   "options virtio_blk queue_depth=64\n"
			   "alias fs-ext3 ext4\n"
			   "alias fs-vfat vfat_builtin\n"
			   "alias virtio:d00000002v* virtio_blk\n"
			   "builtin virtio_mmio vfat_builtin\n"
			   "builtin squashfs\n";

static void test_module_plan(void)
{
	static struct modules m;
	static struct boot boot;
	size_t at = 0;
	unsigned ext4;

	read_plan(&m, plan, sizeof plan - 1);
	boot_read_command_line(&boot, NULL, "quiet modprobe.blacklist=foo,virtio-blk");
	ext4 = modules_find(&m, "ext4");
	CHECK(ext4 != MODULE_NONE);
	CHECK_TEXT(m.module[ext4].path, "kernel/fs/ext4/ext4.ko");
	CHECK_TEXT(m.module[ext4].needs, "crc16 jbd2");
	CHECK_TEXT(m.release, "6.1.0");
	CHECK_TEXT(m.drivers, "virtio_pci virtio_blk");
	CHECK(modules_find(&m, "virtio-blk") == modules_find(&m, "virtio_blk"));
	CHECK(modules_find(&m, "virtio") == MODULE_NONE);
	CHECK(modules_find_file_system(&m, "ext3") == ext4);
	CHECK(modules_find_file_system(&m, "xfs") == MODULE_NONE);
	CHECK(modules_is_builtin(&m, "squashfs") && modules_is_builtin(&m, "virtio-mmio"));
	CHECK(modules_is_builtin(&m, "vfat")); /* by way of its alias */
	CHECK(!modules_is_builtin(&m, "ext4") && !modules_is_builtin(&m, ""));
	CHECK(modules_have_aliases(&m));
	CHECK(modules_is_blacklisted(&boot, "virtio_blk") && !modules_is_blacklisted(&boot, "fo"));
	CHECK(modules_match(&m, &boot, "virtio:d00000002v00001AF4", &at) == MODULE_NONE);
	boot_read_command_line(&boot, NULL, "quiet");
	at = 0;
	CHECK(modules_match(&m, &boot, "virtio:d00000002v00001AF4", &at) ==
	      modules_find(&m, "virtio_blk"));
	CHECK(modules_match(&m, &boot, "virtio:d00000002v00001AF4", &at) == MODULE_NONE);
	at = 0;
	CHECK(modules_match(&m, &boot, "pci:v00001AF4", &at) == MODULE_NONE);
}

/* A plan that was damaged is read as far as it makes sense, and nothing worse. */
static void test_damaged_plan(void)
{
	static struct modules m;
	char text[sizeof plan];
	size_t length;
	unsigned i;

	read_plan(&m, "module a ../../../etc/passwd\nmodule b /etc/passwd\nmodule c\nx y\n", 60);
	CHECK(m.count == 0);
	for (length = 0; length < sizeof plan; length += 3)
		read_plan(&m, plan, length);
	srand(1);
	for (i = 0; i < 500; i++) {
		memcpy(text, plan, sizeof plan);
		text[(unsigned)rand() % (sizeof plan - 1)] = (char)rand();
		read_plan(&m, text, sizeof plan - 1);
		CHECK(m.count <= 3 + 1);
	}
}

/* --- the trace ----------------------------------------------------------------------------------
 */

static void test_trace_limit(void)
{
	static struct tracefile t;
	size_t i, end;

	tracefile_begin(&t, false);
	for (i = 0; i < 100000 && !t.full; i++)
		tracefile_remark(&t, (uint32_t)i, "a line of some length, as they are");
	CHECK(t.full);
	end = t.length;
	CHECK(end <= TRACE_MAX);
	CHECK(memcmp(t.text, "bootgraph-trace 1\n", 18) == 0);
	CHECK(t.text[end - 1] == '\n');
	CHECK(memmem(t.text + end - 30, 30, " remark truncated\n", 18) != NULL);
	tracefile_remark(&t, 200000, "too late");
	CHECK(t.length == end);
}

/* --- emptying the rootfs ------------------------------------------------------------------------
 */

static unsigned count_entries(const char *path)
{
	DIR *list = opendir(path);
	unsigned count = 0;

	while (list != NULL && readdir(list) != NULL)
		count++;
	if (list != NULL)
		closedir(list);
	return count - 2;
}

/* On a tmpfs in a mount namespace of its own; what is mounted below it, and what links point at,
 * must be left alone. */
static int empty_in_namespace(const char *base)
{
	char path[256], kept[64];
	int i;

	snprintf(kept, sizeof kept, "%s-kept", base);
	mkdir(kept, 0755);
	if (mount("t", base, "tmpfs", 0, NULL) < 0 || mount("t", kept, "tmpfs", 0, NULL) < 0)
		return 1;
	snprintf(path, sizeof path, "%s/file", kept);
	write_file(path, "x", 1);
	for (i = 0; i < 50; i++) {
		snprintf(path, sizeof path, "%s/d%d", base, i);
		mkdir(path, 0755);
		snprintf(path, sizeof path, "%s/d%d/e", base, i);
		mkdir(path, 0755);
		snprintf(path, sizeof path, "%s/d%d/e/f", base, i);
		write_file(path, "x", 1);
	}
	snprintf(path, sizeof path, "%s/link", base);
	CHECK(symlink(kept, path) == 0);
	snprintf(path, sizeof path, "%s/d7/e", base);
	CHECK(mount(kept, path, NULL, MS_BIND, NULL) == 0);
	rootfs_empty(open(base, O_RDONLY | O_DIRECTORY));
	CHECK(count_entries(base) == 1); /* d7, for what is mounted in it */
	CHECK(count_entries(kept) == 1);
	umount2(path, MNT_DETACH);
	umount2(base, MNT_DETACH);
	umount2(kept, MNT_DETACH);
	/* On a disk nothing is removed. */
	snprintf(path, sizeof path, "%s/file", base);
	write_file(path, "x", 1);
	rootfs_empty(open(base, O_RDONLY | O_DIRECTORY));
	CHECK(count_entries(base) == 1);
	unlink(path);
	rmdir(kept);
	return checks_failed > 0;
}

static void test_rootfs(void)
{
	char base[] = "/var/tmp/bootgraph-rootfs-XXXXXX";
	int status;
	pid_t pid;

	if (geteuid() != 0) {
		printf("emptying the rootfs: not tested, for it wants root\n");
		return;
	}
	CHECK(mkdtemp(base) != NULL);
	pid = fork();
	if (pid == 0) {
		if (unshare(CLONE_NEWNS) < 0 ||
		    mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0)
			_exit(2);
		_exit(empty_in_namespace(base));
	}
	CHECK(waitpid(pid, &status, 0) == pid && status == 0);
	rmdir(base);
}

/* --- the story of a rescue ----------------------------------------------------------------------
 */

static void test_story(void)
{
	struct story story = {.at = 1795474612,
			      .boot = "6f1c9a52",
			      .release = "6.1.0",
			      .stopped = "b failed",
			      .path = {"a needs b", "b failed"},
			      .path_count = 2},
		     read;
	char text[STORY_MAX], other[STORY_MAX];
	size_t length = story_write(&story, text);

	CHECK_TEXT(text, "bootgraph-rescue 1\nat 1795474612\nboot 6f1c9a52\nrelease 6.1.0\n"
			 "stopped b failed\nbecause a needs b\nbecause b failed\n");
	CHECK(length == strlen(text));
	story.at = 0;
	story.boot = "another";
	story_write(&story, other);
	CHECK(strcmp(text, other) != 0 && strcmp(story_tale(text), story_tale(other)) == 0);
	story.path[0] = "a needs c";
	story_write(&story, other);
	CHECK(strcmp(story_tale(text), story_tale(other)) != 0);
	CHECK(story_read(text, &read) == FIELD_HEAD_OURS && read.at == 1795474612);
	CHECK(read.path_count == 2 && !read.cut);
	CHECK_TEXT(read.stopped, "b failed");
	CHECK_TEXT(read.path[0], "a needs b");
	CHECK(story_tale("bootgraph-rescue 1\n") == NULL);
	strcpy(text, "bootgraph-rescue 1\nat 1\n");
	CHECK(story_read(text, &read) == FIELD_HEAD_OTHER);
}

/* A path that is too long loses its end, and says so; the sentence is always there. */
static void test_long_story(void)
{
	char link[400], text[STORY_MAX];
	struct story story = {.boot = "", .release = "", .stopped = link}, read;

	memset(link, 'x', sizeof link - 1);
	link[sizeof link - 1] = '\0';
	for (story.path_count = 0; story.path_count < STORY_PATH_MAX; story.path_count++)
		story.path[story.path_count] = link;
	CHECK(story_write(&story, text) < STORY_MAX);
	CHECK(story_read(text, &read) == FIELD_HEAD_OURS && read.cut && read.path_count == 1);
	CHECK(strcmp(read.stopped, link) == 0 && strcmp(read.path[0], link) == 0);
}

/* The places of initramfs-tools 0.142, init: udev's script is of init-top, cryptroot and mdadm are
 * of local-top, resume is of local-premount. */
static void test_breakpoints(void)
{
	CHECK(breakpoints_read("") == 0);
	CHECK(breakpoints_read("premount") == 1U << BREAKPOINT_PREMOUNT);
	CHECK(breakpoints_read("init,top,pre-multipath") ==
	      (1U << BREAKPOINT_INIT | 1U << BREAKPOINT_TOP));
	CHECK(breakpoints_read("mountroo,tops,,mount") == 1U << BREAKPOINT_MOUNT);
	CHECK(breakpoint_before(OP_MOUNT, "mount-dev") == BREAKPOINT_COUNT);
	CHECK(breakpoint_before(OP_COLDPLUG, "coldplug") == BREAKPOINT_TOP);
	CHECK(breakpoint_before(OP_RUN, "init-top/keymap") == BREAKPOINT_TOP);
	CHECK(breakpoint_before(OP_LOAD_DRIVERS, "drivers") == BREAKPOINT_MODULES);
	CHECK(breakpoint_before(OP_RUN, "init-premount/plymouth") == BREAKPOINT_PREMOUNT);
	CHECK(breakpoint_before(OP_RUN, "local-block/x") == BREAKPOINT_MOUNTROOT);
	CHECK(breakpoint_before(OP_UNLOCK, "crypt@safe") == BREAKPOINT_MOUNTROOT);
	CHECK(breakpoint_before(OP_RUN, "init-bottom/udev") == BREAKPOINT_BOTTOM);
	CHECK(breakpoint_before(OP_RUN, "init-bottomless") == BREAKPOINT_COUNT);
	CHECK(breakpoint_before(OP_HANDOFF, "handoff") == BREAKPOINT_INIT);
}

int main(void)
{
	test_breakpoints();
	test_mount_options();
	test_written_options();
	test_patterns();
	test_uevents();
	test_properties();
	test_devices();
	test_module_plan();
	test_damaged_plan();
	test_trace_limit();
	test_rootfs();
	test_story();
	test_long_story();
	return checks_end();
}
