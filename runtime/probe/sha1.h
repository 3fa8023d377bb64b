/* SHA-1 (FIPS 180-4) of a few bytes. mdadm makes the UUIDs of arrays in containers with it, as
 * names: nothing here relies on its being hard to forge. Own code, for the probe is a static
 * program without libraries, and the kernel's (AF_ALG) would be one more module. */
#ifndef BOOTGRAPH_PROBE_SHA1_H
#define BOOTGRAPH_PROBE_SHA1_H

#include <stddef.h>
#include <stdint.h>

enum { SHA1_BYTES = 20, SHA1_INPUT_MAX = 119 }; /* two blocks of 64, with what ends the input */

/* length is at most SHA1_INPUT_MAX. */
void sha1(const unsigned char *bytes, size_t length, unsigned char ret_digest[SHA1_BYTES]);

#endif
