#include "capabilities.h"
#include "log.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

static const char *const names[] = {
	[CAP_CHOWN] = "cap_chown",
	[CAP_DAC_OVERRIDE] = "cap_dac_override",
	[CAP_DAC_READ_SEARCH] = "cap_dac_read_search",
	[CAP_FOWNER] = "cap_fowner",
	[CAP_FSETID] = "cap_fsetid",
	[CAP_KILL] = "cap_kill",
	[CAP_SETGID] = "cap_setgid",
	[CAP_SETUID] = "cap_setuid",
	[CAP_SETPCAP] = "cap_setpcap",
	[CAP_LINUX_IMMUTABLE] = "cap_linux_immutable",
	[CAP_NET_BIND_SERVICE] = "cap_net_bind_service",
	[CAP_NET_BROADCAST] = "cap_net_broadcast",
	[CAP_NET_ADMIN] = "cap_net_admin",
	[CAP_NET_RAW] = "cap_net_raw",
	[CAP_IPC_LOCK] = "cap_ipc_lock",
	[CAP_IPC_OWNER] = "cap_ipc_owner",
	[CAP_SYS_MODULE] = "cap_sys_module",
	[CAP_SYS_RAWIO] = "cap_sys_rawio",
	[CAP_SYS_CHROOT] = "cap_sys_chroot",
	[CAP_SYS_PTRACE] = "cap_sys_ptrace",
	[CAP_SYS_PACCT] = "cap_sys_pacct",
	[CAP_SYS_ADMIN] = "cap_sys_admin",
	[CAP_SYS_BOOT] = "cap_sys_boot",
	[CAP_SYS_NICE] = "cap_sys_nice",
	[CAP_SYS_RESOURCE] = "cap_sys_resource",
	[CAP_SYS_TIME] = "cap_sys_time",
	[CAP_SYS_TTY_CONFIG] = "cap_sys_tty_config",
	[CAP_MKNOD] = "cap_mknod",
	[CAP_LEASE] = "cap_lease",
	[CAP_AUDIT_WRITE] = "cap_audit_write",
	[CAP_AUDIT_CONTROL] = "cap_audit_control",
	[CAP_SETFCAP] = "cap_setfcap",
	[CAP_MAC_OVERRIDE] = "cap_mac_override",
	[CAP_MAC_ADMIN] = "cap_mac_admin",
	[CAP_SYSLOG] = "cap_syslog",
	[CAP_WAKE_ALARM] = "cap_wake_alarm",
	[CAP_BLOCK_SUSPEND] = "cap_block_suspend",
	[CAP_AUDIT_READ] = "cap_audit_read",
	[38] = "cap_perfmon",
	[39] = "cap_bpf",
	[40] = "cap_checkpoint_restore",
};

enum { NAME_COUNT = sizeof names / sizeof names[0] };

static uint64_t read_list(const char *list)
{
	uint64_t set = 0;
	unsigned i;

	while (*list != '\0') {
		size_t length = strcspn(list, ",");

		for (i = 0; i < NAME_COUNT; i++)
			if (strlen(names[i]) == length && strncasecmp(names[i], list, length) == 0)
				break;
		if (i < NAME_COUNT)
			set |= UINT64_C(1) << i;
		else if (length > 0)
			say(SAY_WARNING, "bootgraph: drop_capabilities: no capability %.*s",
			    (int)length, list);
		list += length;
		list += *list == ',';
	}
	return set;
}

/* Two words of 32 bits, as in /proc/sys/kernel/usermodehelper/bset: they are and-ed by the kernel.
 */
static void drop_from_helpers(const char *path, uint64_t set)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);

	if (fd < 0 || dprintf(fd, "%u %u\n", (unsigned)~set, (unsigned)(~set >> 32)) < 0)
		say(SAY_WARNING, "bootgraph: drop_capabilities: %s: %s", path, strerror(errno));
	if (fd >= 0)
		close(fd);
}

static void drop_from_process(uint64_t set)
{
	struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
	struct __user_cap_data_struct data[2];
	unsigned i;

	if (syscall(SYS_capget, &header, data) < 0)
		return;
	for (i = 0; i < 2; i++) {
		uint32_t keep = ~(uint32_t)(set >> (32 * i));

		data[i].effective &= keep;
		data[i].permitted &= keep;
		data[i].inheritable &= keep;
	}
	if (syscall(SYS_capset, &header, data) < 0)
		say(SAY_WARNING, "bootgraph: drop_capabilities: %s", strerror(errno));
}

void drop_capabilities(const char *list)
{
	uint64_t set = read_list(list);
	unsigned i;

	if (set == 0)
		return;
	drop_from_helpers("/proc/sys/kernel/usermodehelper/bset", set);
	drop_from_helpers("/proc/sys/kernel/usermodehelper/inheritable", set);
	for (i = 0; i < 64; i++)
		if (set >> i & 1 && prctl(PR_CAPBSET_DROP, i) < 0 && errno != EINVAL)
			say(SAY_WARNING, "bootgraph: drop_capabilities: %s: %s", names[i],
			    strerror(errno));
	drop_from_process(set);
}
