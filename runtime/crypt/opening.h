/* bootgraph-crypt: opens one encrypted device through the distribution's libcryptsetup.
 *
 * A process of its own for each device: it may crash, be killed for its memory (argon2), or take
 * its time, and key derivations run side by side. Its exit status is 0 once the mapping is there;
 * otherwise a line for people is on the report descriptor (protocol.h, REPORT_FD).
 *
 *   options   the crypttab line                       options.c
 *   cryptopts that of the kernel command line         cryptopts.c
 *   key       key files and keyscripts                key.c
 *   client    passphrases from the broker             client.c
 *   device    the kinds of encryption, libcryptsetup  device.c
 *   token     LUKS2 tokens, with and without a PIN    token.c
 *   mapping   dm-verity and dm-integrity              mapping.c
 *   content   what is on an opened device, libblkid   content.c
 *
 * Functions return 0 or a negative errno, and have said why (report).
 */
#ifndef BOOTGRAPH_CRYPT_OPENING_H
#define BOOTGRAPH_CRYPT_OPENING_H

#include <libcryptsetup.h>
#include <stdbool.h>
#include <stddef.h>

#include "../prompt/protocol.h"
#include "options.h"

enum {
	KEY_MAX = 8 << 20, /* bytes of a key file: as much as cryptsetup reads by default */
};

enum crypt_kind { KIND_LUKS, KIND_PLAIN, KIND_TCRYPT, KIND_BITLK, KIND_FVAULT2 };

struct opening {
	const char *name, *source;
	const char *raw_source;	 /* crypttab's second field; NULL: as source */
	const char *key;	 /* crypttab's third field, escapes undone; "none" */
	const char *raw_options; /* the fourth, as written */
	struct options options;
	bool key_in_table; /* the volume key is to be seen in the table, not hidden in a keyring */
	bool ask_without_key; /* if the key file is not there, or not the right one */
	enum crypt_kind kind;
	struct crypt_device *device;
	uint32_t tries;	 /* how many passphrases may be tried; 0: any number */
	uint32_t tried;	 /* how many were wrong */
	void *memory[2]; /* what the texts lie in, if they are not arguments */
};

/* A key: bytes in a page of their own (secret.h). */
struct key {
	char *bytes;
	size_t size, room;
};

/* Says why it failed; the last one counts. Never with anything secret in it. */
int report(int error, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* The same, unless something was said since report_clear: the library knows more. */
int report_else(int error, const char *format, ...) __attribute__((format(printf, 2, 3)));
void report_clear(void);
bool report_is_clear(void);

/* --- cryptopts.c ---------------------------------------------------------- */

/* Fills in name, source, key and options from the value of cryptopts=. */
int cryptopts_read(struct opening *opening, const char *text);

/* --- key.c ---------------------------------------------------------------- */

/* Reads a key file, with keyfile-offset and keyfile-size as far as the kind has them. */
int key_read_file(const struct opening *opening, struct key *ret_key);
/* Runs the keyscript; what it prints is the key. */
int key_run_script(const struct opening *opening, struct key *ret_key);
void key_wipe(struct key *key);

/* --- client.c ------------------------------------------------------------- */

/* Asks the broker; see protocol.h for flags. -ENODATA: no cached one is left; others: nobody can
 * answer, and a reason was reported. */
int client_next(const struct opening *opening, unsigned flags, const char *text,
		struct prompt_reply *ret_reply);
void client_result(enum prompt_result result);

/* --- device.c ------------------------------------------------------------- */

/* 1 if the mapping is there and is this one, 0 if there is none. */
int device_is_open(const struct opening *opening);
/* Finds out the kind, and reads the header if there is one. */
int device_load(struct opening *opening);
/* The name under which a key is tried that nothing but the content can prove; PID 1 and udev pass
 * over names that begin as libcryptsetup's own temporary ones do. */
#define TRIAL_NAME "temporary-cryptsetup-trial-%d"

/* Tries a key, and opens the device if it is right; of_file: from a key file, which plain devices
 * do not hash. -EPERM: it is wrong, and nothing was reported; all other errors were. */
int device_try(struct opening *opening, const char *bytes, size_t size, bool of_file);
/* The flags that the options ask for: CRYPT_ACTIVATE_... */
uint32_t device_flags(const struct opening *opening);

/* --- token.c -------------------------------------------------------------- */

/* Tries LUKS2 tokens, where the header has some; REPLY is room for a PIN, in secret memory.
 * -ENOENT: none of them opens it. */
int token_try(struct opening *opening, struct prompt_reply *reply);

/* --- mapping.c ------------------------------------------------------------ */

/* The commands `verity` and `integrity`: argv[0] is one of them. */
int mapping_open(int argc, char **argv);

/* --- content.c ------------------------------------------------------------ */

/* Whether libblkid recognises what is on a device. */
bool content_is_known(const char *path);
/* Its type ("BitLocker"), or "". Static memory. */
const char *content_type(const char *path);

#endif
