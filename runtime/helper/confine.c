#include "confine.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/fs.h>
#include <linux/seccomp.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>

/* Sanitizers make calls of their own. */
#if defined(__SANITIZE_ADDRESS__)
#elif defined(__x86_64__)
#define ARCHITECTURE AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#define ARCHITECTURE AUDIT_ARCH_AARCH64
#endif

#ifdef ARCHITECTURE

/* Which calls are made, and with which argument. */
enum permission {
	ALWAYS,
	NEVER,
	READ_ONLY_1, /* argument 1 has the flags of open(2), which neither write nor make anything
		      */
	READ_ONLY_2, /* argument 2 has */
	SIZES_1,     /* argument 1 asks for the size of a disk, or of its sectors */
	FAMILIES_0,  /* argument 0 is a socket's family: of this machine alone */
};

struct call {
	unsigned number;
	enum permission permission;
};

/* What reading takes, and what the C library does by the way. */
static const struct call reading[] = {
	{SYS_read, ALWAYS},	      {SYS_pread64, ALWAYS},	 {SYS_readv, ALWAYS},
	{SYS_write, ALWAYS}, /* to what it was given: nothing else is open for it */
	{SYS_writev, ALWAYS},	      {SYS_close, ALWAYS},	 {SYS_lseek, ALWAYS},
	{SYS_fstat, ALWAYS},	      {SYS_fadvise64, ALWAYS},	 {SYS_fcntl, ALWAYS},
	{SYS_ioctl, SIZES_1},	      {SYS_openat, READ_ONLY_2}, {SYS_faccessat, ALWAYS},
	{SYS_readlinkat, ALWAYS},     {SYS_getdents64, ALWAYS},	 {SYS_mmap, ALWAYS},
	{SYS_mremap, ALWAYS},	      {SYS_munmap, ALWAYS},	 {SYS_mprotect, ALWAYS},
	{SYS_madvise, ALWAYS},	      {SYS_brk, ALWAYS},	 {SYS_futex, ALWAYS},
	{SYS_getpid, ALWAYS},	      {SYS_getuid, ALWAYS},	 {SYS_geteuid, ALWAYS},
	{SYS_getgid, ALWAYS},	      {SYS_getegid, ALWAYS},	 {SYS_getrandom, ALWAYS},
	{SYS_clock_gettime, ALWAYS},  {SYS_uname, ALWAYS},	 {SYS_rt_sigreturn, ALWAYS},
	{SYS_rt_sigprocmask, ALWAYS}, {SYS_exit, ALWAYS},	 {SYS_exit_group, ALWAYS},
#ifdef SYS_newfstatat
	{SYS_newfstatat, ALWAYS},
#endif
#ifdef SYS_statx
	{SYS_statx, ALWAYS},
#endif
#ifdef SYS_faccessat2
	{SYS_faccessat2, ALWAYS},
#endif
#ifdef SYS_open /* what older architectures have besides */
	{SYS_open, READ_ONLY_1},      {SYS_stat, ALWAYS},	 {SYS_lstat, ALWAYS},
	{SYS_access, ALWAYS},	      {SYS_readlink, ALWAYS},
#endif
};

/* Questions and answers; a helper, and how it is loaded. */
static const struct call asking[] = {
	{SYS_recvfrom, ALWAYS},
	{SYS_sendto, ALWAYS},
	{SYS_clone, ALWAYS},
	{SYS_execve, ALWAYS},
	{SYS_wait4, ALWAYS},
	{SYS_pipe2, ALWAYS},
	{SYS_dup3, ALWAYS},
	{SYS_prctl, ALWAYS},
	{SYS_seccomp, ALWAYS},
	{SYS_set_tid_address, ALWAYS},
	{SYS_set_robust_list, ALWAYS},
	{SYS_prlimit64, ALWAYS},
	{SYS_gettid, ALWAYS},
	{SYS_rt_sigaction, ALWAYS},
#ifdef SYS_rseq
	{SYS_rseq, ALWAYS},
#endif
#ifdef SYS_arch_prctl
	{SYS_arch_prctl, ALWAYS},
#endif
#ifdef SYS_fork
	{SYS_fork, ALWAYS},
	{SYS_vfork, ALWAYS},
	{SYS_dup2, ALWAYS},
	{SYS_pipe, ALWAYS},
#endif
};

/* What nobody needs who makes mappings; the permission is what is left of it. */
static const struct call elsewhere[] = {
	{SYS_socket, FAMILIES_0},
	{SYS_mount, NEVER},
	{SYS_umount2, NEVER},
	{SYS_pivot_root, NEVER},
	{SYS_chroot, NEVER},
	{SYS_setns, NEVER},
	{SYS_unshare, NEVER},
	{SYS_init_module, NEVER},
	{SYS_finit_module, NEVER},
	{SYS_delete_module, NEVER},
	{SYS_kexec_load, NEVER},
	{SYS_reboot, NEVER},
	{SYS_swapon, NEVER},
	{SYS_swapoff, NEVER},
	{SYS_ptrace, NEVER},
	{SYS_process_vm_readv, NEVER},
	{SYS_process_vm_writev, NEVER},
	{SYS_kill, NEVER},
	{SYS_bpf, NEVER},
	{SYS_perf_event_open, NEVER},
	{SYS_userfaultfd, NEVER},
	{SYS_open_by_handle_at, NEVER},
	{SYS_settimeofday, NEVER},
	{SYS_clock_settime, NEVER},
	{SYS_sethostname, NEVER},
	{SYS_acct, NEVER},
	{SYS_quotactl, NEVER},
#ifdef SYS_kexec_file_load
	{SYS_kexec_file_load, NEVER},
#endif
#ifdef SYS_move_mount /* Linux 5.2, and what came with it */
	{SYS_move_mount, NEVER},
	{SYS_open_tree, NEVER},
	{SYS_fsopen, NEVER},
	{SYS_fsconfig, NEVER},
	{SYS_fsmount, NEVER},
	{SYS_fspick, NEVER},
#endif
#ifdef SYS_io_uring_setup /* would make calls that no filter sees */
	{SYS_io_uring_setup, NEVER},
#endif
#ifdef SYS_iopl
	{SYS_iopl, NEVER},
	{SYS_ioperm, NEVER},
#endif
};
static const struct call programs[] = {
	{SYS_execve, NEVER},
	{SYS_execveat, NEVER},
};

/* No call takes more than seven instructions. */
enum {
	FILTER_MAX =
		8 + 7 * (sizeof reading + sizeof asking + sizeof elsewhere) / sizeof(struct call)
};

struct program {
	struct sock_filter filter[FILTER_MAX];
	unsigned short length;
};

static void add(struct program *program, unsigned code, unsigned k, unsigned char yes,
		unsigned char no)
{
	program->filter[program->length++] = (struct sock_filter){(unsigned short)code, yes, no, k};
}

static void load(struct program *program, size_t offset)
{
	add(program, BPF_LD | BPF_W | BPF_ABS, (unsigned)offset, 0, 0);
}

static void end(struct program *program, unsigned action)
{
	add(program, BPF_RET | BPF_K, action, 0, 0);
}

/* The half of an argument in which flags and requests are. */
static size_t argument(unsigned number)
{
	size_t high_first = __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__ ? 4 : 0;

	return offsetof(struct seccomp_data, args) + number * sizeof(uint64_t) + high_first;
}

#define REFUSE (SECCOMP_RET_ERRNO | EPERM)

/* Refuses unless the argument is one of these. */
static void add_choice(struct program *program, unsigned number, const unsigned *choice,
		       unsigned char count)
{
	unsigned char i;

	load(program, argument(number));
	for (i = 0; i < count; i++)
		add(program, BPF_JMP | BPF_JEQ | BPF_K, choice[i], (unsigned char)(count - i), 0);
	end(program, REFUSE);
}

/* With the call's number at hand. Once it is known which call it is, an argument may take the
 * number's place, for that is the end of it either way. */
static void add_call(struct program *program, const struct call *call)
{
	static const unsigned written =
		O_WRONLY | O_RDWR | O_CREAT | O_TRUNC | (O_TMPFILE & ~O_DIRECTORY);
	static const unsigned sizes[] = {(unsigned)BLKGETSIZE64, BLKSSZGET};
	static const unsigned families[] = {AF_UNIX, AF_ALG, AF_NETLINK};
	unsigned short begin = program->length;

	add(program, BPF_JMP | BPF_JEQ | BPF_K, call->number, 0, 0);
	switch (call->permission) {
	case ALWAYS:
		break;
	case NEVER:
		end(program, REFUSE);
		break;
	case READ_ONLY_1:
	case READ_ONLY_2:
		load(program, argument(call->permission == READ_ONLY_1 ? 1 : 2));
		add(program, BPF_JMP | BPF_JSET | BPF_K, written, 0, 1);
		end(program, REFUSE);
		break;
	case SIZES_1:
		add_choice(program, 1, sizes, sizeof sizes / sizeof *sizes);
		break;
	case FAMILIES_0:
		add_choice(program, 0, families, sizeof families / sizeof *families);
		break;
	}
	end(program, SECCOMP_RET_ALLOW);
	program->filter[begin].jf = (unsigned char)(program->length - begin - 1);
}

static void add_calls(struct program *program, const struct call *calls, size_t count)
{
	while (count-- > 0)
		add_call(program, calls++);
}

#define ADD_CALLS(program, calls) add_calls(program, calls, sizeof(calls) / sizeof *(calls))

static int install(enum confinement confinement)
{
	struct program program = {.length = 0};
	struct sock_fprog filter = {.filter = program.filter};
	bool reads = confinement == CONFINED_PROBER || confinement == CONFINED_READER;

	load(&program, offsetof(struct seccomp_data, arch));
	add(&program, BPF_JMP | BPF_JEQ | BPF_K, ARCHITECTURE, 1, 0);
	end(&program, REFUSE); /* another table of calls: none of these numbers means the same */
	load(&program, offsetof(struct seccomp_data, nr));
	if (reads)
		ADD_CALLS(&program, reading);
	if (confinement == CONFINED_PROBER)
		ADD_CALLS(&program, asking);
	if (!reads)
		ADD_CALLS(&program, elsewhere);
	if (confinement == CONFINED_OPENER)
		ADD_CALLS(&program, programs);
	end(&program, reads ? REFUSE : SECCOMP_RET_ALLOW);
	filter.len = program.length;
	return prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter) == 0 ? 0 : -errno;
}

#else

static int install(enum confinement confinement)
{
	(void)confinement;
	return 0;
}

#endif

int confine(enum confinement confinement)
{
	int r;

	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		return -errno;
	r = install(confinement);
	return r == -EINVAL ? 0 : r;
}
