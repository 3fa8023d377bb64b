#include "sandbox.h"

#include <errno.h>
#include <linux/audit.h>
#include <linux/capability.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <linux/securebits.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

/* --- capabilities ---------------------------------------------------------------------------- */

/* Root without capabilities is a user like any other, and no program that it executes brings any
 * back. One is left: whether a script counts is decided by what root may read and execute, and the
 * file may be anybody's. With all of the view read-only there is nothing to write with it. */
enum { KEPT = CAP_DAC_OVERRIDE };

static const char *drop_capabilities(void)
{
	struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
	struct __user_cap_data_struct kept[_LINUX_CAPABILITY_U32S_3] = {
		[0] = {.effective = 1U << KEPT, .permitted = 1U << KEPT, .inheritable = 1U << KEPT},
	};
	unsigned long capability;

	for (capability = 0; prctl(PR_CAPBSET_READ, capability, 0, 0, 0) >= 0; capability++)
		if (capability != KEPT && prctl(PR_CAPBSET_DROP, capability, 0, 0, 0) < 0)
			return "PR_CAPBSET_DROP";
	if (prctl(PR_SET_SECUREBITS,
		  SECBIT_NOROOT | SECBIT_NOROOT_LOCKED | SECBIT_NO_SETUID_FIXUP |
			  SECBIT_NO_SETUID_FIXUP_LOCKED | SECBIT_KEEP_CAPS_LOCKED,
		  0, 0, 0) < 0)
		return "PR_SET_SECUREBITS";
	if (syscall(SYS_capset, &header, kept) < 0)
		return "capset";
	if (prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, KEPT, 0, 0) < 0)
		return "PR_CAP_AMBIENT_RAISE";
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		return "PR_SET_NO_NEW_PRIVS";
	return NULL;
}

/* --- system calls ---------------------------------------------------------------------------- */

/* Sockets that daemons of the machine listen on are files, and a read-only view does not keep one
 * from talking to them; keys of the kernel's keyrings belong to users, not to namespaces. Neither
 * is of any use to a script that says what it waits for.
 *
 * Numbers of the machine's own programs come from its headers. amd64 runs those of i386, too, and a
 * sysroot may well be one. Whatever else a kernel can run has no business here. */
#if defined(__x86_64__)
#define OWN_ARCH AUDIT_ARCH_X86_64
#elif defined(__i386__)
#define OWN_ARCH AUDIT_ARCH_I386
#elif defined(__aarch64__)
#define OWN_ARCH AUDIT_ARCH_AARCH64
#elif defined(__arm__)
#define OWN_ARCH AUDIT_ARCH_ARM
#elif defined(__riscv) && __riscv_xlen == 64
#define OWN_ARCH AUDIT_ARCH_RISCV64
#elif defined(__powerpc64__) && __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
#define OWN_ARCH AUDIT_ARCH_PPC64LE
#elif defined(__s390x__)
#define OWN_ARCH AUDIT_ARCH_S390X
#else
#error "name this machine's AUDIT_ARCH_"
#endif

#define REFUSE BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM)
#define ALLOW  BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW)
#define LOAD(field)                                                                                \
	BPF_STMT(BPF_LD | BPF_W | BPF_ABS, (unsigned)offsetof(struct seccomp_data, field))
/* Refuses this number; goes on otherwise. */
#define NOT(number) BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (unsigned)(number), 0, 1), REFUSE

static const struct sock_filter filter[] = {
	LOAD(arch),
#if defined(__x86_64__)
	/* i386: socketcall, socket, add_key, request_key, keyctl; 12 instructions */
	BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, AUDIT_ARCH_I386, 0, 12),
	LOAD(nr),
	NOT(102),
	NOT(359),
	NOT(286),
	NOT(287),
	NOT(288),
	ALLOW,
#endif
	BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, OWN_ARCH, 1, 0),
	REFUSE,
	LOAD(nr),
#if defined(__x86_64__)
	/* x32: the same numbers with this bit */
	BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, 0x40000000, 0, 1),
	REFUSE,
#endif
	NOT(SYS_socket),
#ifdef SYS_socketcall
	NOT(SYS_socketcall),
#endif
	NOT(SYS_add_key),
	NOT(SYS_request_key),
	NOT(SYS_keyctl),
	ALLOW,
};

static const char *filter_calls(void)
{
	struct sock_fprog program = {
		.len = sizeof filter / sizeof filter[0],
		.filter = (struct sock_filter *)filter, /* the kernel copies it */
	};

	return prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program, 0, 0) < 0 ? "PR_SET_SECCOMP"
									      : NULL;
}

/* --- limits ---------------------------------------------------------------------------------- */

static const char *set_limits(void)
{
	static const struct {
		int resource;
		rlim_t limit;
	} limits[] = {
		{RLIMIT_CORE, 0},
		{RLIMIT_FSIZE, 64 << 20},
		{RLIMIT_AS, 2UL << 30},
		{RLIMIT_NOFILE, 1024},
	};

	for (size_t i = 0; i < sizeof limits / sizeof limits[0]; i++) {
		struct rlimit now;

		if (getrlimit(limits[i].resource, &now) < 0)
			return "getrlimit";
		/* Whoever set a lower one meant it. */
		if (now.rlim_max > limits[i].limit)
			now.rlim_max = limits[i].limit;
		now.rlim_cur = now.rlim_max;
		if (setrlimit(limits[i].resource, &now) < 0)
			return "setrlimit";
	}
	return NULL;
}

const char *sandbox_confine(void)
{
	const char *failed = set_limits();

	if (failed == NULL)
		failed = drop_capabilities();
	return failed != NULL ? failed : filter_calls();
}
