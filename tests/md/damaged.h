/* Putting the checksum of a damaged md superblock right, so that what lies behind it is reached. */
#ifndef BOOTGRAPH_TESTS_MD_DAMAGED_H
#define BOOTGRAPH_TESTS_MD_DAMAGED_H

#include <linux/raid/md_p.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

enum { MD_BLOCK = 4096 };

static inline uint32_t md_word(const unsigned char *at)
{
	uint32_t word;

	memcpy(&word, at, sizeof word);
	return word;
}

/* How many bytes of the block the checksum covers. Little-endian machines only, as the tests are.
 */
static inline size_t md_block_used(const unsigned char *block, int major)
{
	size_t roles = md_word(block + offsetof(struct mdp_superblock_1, max_dev));

	if (major == 0)
		return MD_BLOCK;
	return roles <= (MD_BLOCK - sizeof(struct mdp_superblock_1)) / 2
		       ? sizeof(struct mdp_superblock_1) + 2 * roles
		       : MD_BLOCK;
}

static inline void md_block_sum(unsigned char *block, int major)
{
	size_t at, used = md_block_used(block, major),
		   place = major == 0 ? offsetof(mdp_super_t, sb_csum)
				      : offsetof(struct mdp_superblock_1, sb_csum);
	uint64_t sum = 0;
	uint32_t word;

	memset(block + place, 0, 4);
	for (at = 0; at + 4 <= used; at += 4)
		sum += md_word(block + at);
	if (at < used)
		sum += (uint32_t)(block[at] | block[at + 1] << 8);
	word = (uint32_t)((sum & 0xffffffff) + (sum >> 32));
	memcpy(block + place, &word, sizeof word);
}

#endif
