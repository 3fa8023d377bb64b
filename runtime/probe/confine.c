#include "confine.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/fs.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

#if defined(__x86_64__)
#define ARCHITECTURE AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#define ARCHITECTURE AUDIT_ARCH_AARCH64
#endif

#ifdef ARCHITECTURE

/* Which calls are made, and with which argument. */
enum permission {
	ALWAYS,
	READ_ONLY_1, /* argument 1 has the flags of open(2), which neither write nor make anything
		      */
	READ_ONLY_2, /* argument 2 has */
	SIZES_1,     /* argument 1 asks for the size of a disk, or of its sectors */
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

enum { FILTER_MAX = 4 + 6 * (sizeof reading + sizeof asking) / sizeof(struct call) + 1 };

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

/* With the call's number at hand; the argument is looked at once it is known which call it is, and
 * that is the end of it either way. */
static void add_call(struct program *program, const struct call *call)
{
	static const unsigned written =
		O_WRONLY | O_RDWR | O_CREAT | O_TRUNC | (O_TMPFILE & ~O_DIRECTORY);
	unsigned char length = call->permission == ALWAYS ? 1 : call->permission == SIZES_1 ? 5 : 4;

	add(program, BPF_JMP | BPF_JEQ | BPF_K, call->number, 0, length);
	switch (call->permission) {
	case ALWAYS:
		break;
	case READ_ONLY_1:
	case READ_ONLY_2:
		load(program, argument(call->permission == READ_ONLY_1 ? 1 : 2));
		add(program, BPF_JMP | BPF_JSET | BPF_K, written, 0, 1);
		end(program, REFUSE);
		break;
	case SIZES_1:
		load(program, argument(1));
		add(program, BPF_JMP | BPF_JEQ | BPF_K, (unsigned)BLKGETSIZE64, 2, 0);
		add(program, BPF_JMP | BPF_JEQ | BPF_K, BLKSSZGET, 1, 0);
		end(program, REFUSE);
		break;
	}
	end(program, SECCOMP_RET_ALLOW);
}

static int install(enum confinement confinement)
{
	struct program program = {.length = 0};
	struct sock_fprog filter = {.filter = program.filter};
	size_t i;

	load(&program, offsetof(struct seccomp_data, arch));
	add(&program, BPF_JMP | BPF_JEQ | BPF_K, ARCHITECTURE, 1, 0);
	end(&program, REFUSE); /* another table of calls: none of these numbers means the same */
	load(&program, offsetof(struct seccomp_data, nr));
	for (i = 0; i < sizeof reading / sizeof *reading; i++)
		add_call(&program, &reading[i]);
	for (i = 0; confinement == CONFINED_PROBER && i < sizeof asking / sizeof *asking; i++)
		add_call(&program, &asking[i]);
	end(&program, REFUSE);
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
