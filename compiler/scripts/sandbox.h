/* Running somebody else's script without trusting it: `SCRIPT prereqs` executes whatever the
 * package put there, and some scripts run their whole body.
 *
 * A program in the sandbox sees a directory as its /, read-only, with nothing but /tmp, /var/tmp
 * and /run to write to, all of them its own; five harmless devices; no /proc and no /sys, so that
 * what it prints does not depend on the machine it runs on; no process but its own; no network, and
 * no socket of any kind, since those of the machine's daemons are files like any other; no
 * capability. When it ends, or takes too long, or prints too much, everything that it started ends
 * with it.
 *
 * All of this is made of namespaces. Whoever is not root gets them through a user namespace, where
 * the machine allows that; where it does not there is no sandbox, and nothing runs. */
#ifndef BOOTGRAPH_SCRIPTS_SANDBOX_H
#define BOOTGRAPH_SCRIPTS_SANDBOX_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "../arena.h"

enum {
	SANDBOX_SECONDS = 10,	    /* of wall time for one program */
	SANDBOX_OUTPUT_MAX = 65536, /* bytes, of its standard output and of its standard error */
};

/* A directory of the host: `path` below `root`, where symbolic links resolve inside that; or `path`
 * alone, with root NULL. */
struct sandbox_source {
	const char *root, *path;
};

/* A directory that is put over the view. With several sources, what the later ones have masks what
 * the earlier ones have; with none it is empty. */
struct sandbox_place {
	const char *path; /* absolute, in the view */
	VEC(struct sandbox_source) sources;
};

/* A file that each program finds newly made, in /tmp, /var/tmp or /run. Directories on the way are
 * made too; with data NULL it is a directory itself. */
struct sandbox_file {
	const char *path;
	mode_t mode;
	const char *data;
	size_t size;
};

struct sandbox_view {
	const char *root; /* the directory of the host that is seen as / */
	VEC(struct sandbox_place) places;
	VEC(const char *) wanted; /* files that are there, if only empty */
	VEC(struct sandbox_file) files;
};

struct sandbox_result {
	int status; /* as wait(2) tells it */
	bool timed_out, too_long;
	const char *out, *err; /* with a NUL behind */
	size_t out_size, err_size;
};

struct sandbox;

/* Makes the sandbox. NULL if the machine does not let us; *ret_why then says what failed. The view
 * has to stay as long as the sandbox. */
struct sandbox *sandbox_open(struct arena *arena, const struct sandbox_view *view,
			     const char **ret_why);
void sandbox_close(struct sandbox *sandbox);

/* Runs a program: argv[0] is a path, or is looked up in PATH of envp; both arrays end with NULL. A
 * program that cannot be executed has status 126 or 127, as in a shell. Returns false if the
 * sandbox itself failed; *ret_why says how. */
bool sandbox_run(struct sandbox *sandbox, struct arena *arena, const char *const *argv,
		 const char *const *envp, struct sandbox_result *ret_result, const char **ret_why);

/* --- INSIDE: for the files of the sandbox alone --- */

/* Makes the view the root of this process, which has a mount namespace of its own. On failure errno
 * is set and what was tried is returned; NULL is success. */
const char *sandbox_enter_view(const struct sandbox_view *view);

/* Gives this process, in a mount namespace of its own, fresh places to write to, with the files. */
const char *sandbox_fresh_places(const struct sandbox_view *view);

/* Copies the entries of a directory into another one, over what that has: files, directories and
 * symbolic links. False with errno on failure. */
bool sandbox_copy(int from, int to);

/* Takes every privilege from this process, for good. */
const char *sandbox_confine(void);

/* The keeper: enters the view and runs what it is asked to, until the other end is closed. */
_Noreturn void sandbox_keep(const struct sandbox_view *view, int socket, bool map_user, uid_t uid,
			    gid_t gid);

/* What goes through the socket, each followed by its bytes. */
struct sandbox_request {
	unsigned arguments, variables; /* strings, each with its NUL */
	size_t size;		       /* of all of them */
};

struct sandbox_answer {
	const char *failed; /* what the sandbox could not do, a literal of this program; or NULL */
	int error;	    /* errno of that */
	int status;
	bool timed_out, too_long;
	size_t out_size, err_size;
};

/* Whole records; false at the end, or on an error. */
bool sandbox_read(int fd, void *data, size_t size);
bool sandbox_write(int fd, const void *data, size_t size);

#endif
