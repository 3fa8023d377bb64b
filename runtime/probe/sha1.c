#include "sha1.h"
#include "disk.h"

#include <string.h>

static uint32_t rotate(uint32_t word, unsigned by)
{
	return word << by | word >> (32 - by);
}

/* FIPS 180-4, 4.1.1 and 4.2.1: function and constant of a step. */
static uint32_t mix(unsigned step, uint32_t b, uint32_t c, uint32_t d)
{
	if (step < 20)
		return ((b & c) ^ (~b & d)) + 0x5a827999;
	if (step < 40)
		return (b ^ c ^ d) + 0x6ed9eba1;
	if (step < 60)
		return ((b & c) ^ (b & d) ^ (c & d)) + 0x8f1bbcdc;
	return (b ^ c ^ d) + 0xca62c1d6;
}

static void add_block(uint32_t hash[5], const unsigned char block[64])
{
	uint32_t word[80], a = hash[0], b = hash[1], c = hash[2], d = hash[3], e = hash[4], next;
	unsigned i;

	for (i = 0; i < 80; i++) {
		word[i] =
			i < 16 ? be32(block + (size_t)4 * i)
			       : rotate(word[i - 3] ^ word[i - 8] ^ word[i - 14] ^ word[i - 16], 1);
		next = rotate(a, 5) + mix(i, b, c, d) + e + word[i];
		e = d;
		d = c;
		c = rotate(b, 30);
		b = a;
		a = next;
	}
	hash[0] += a;
	hash[1] += b;
	hash[2] += c;
	hash[3] += d;
	hash[4] += e;
}

void sha1(const unsigned char *bytes, size_t length, unsigned char digest[SHA1_BYTES])
{
	uint32_t hash[5] = {0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476, 0xc3d2e1f0};
	unsigned char block[128] = {0};
	size_t size = length <= 55 ? 64 : 128; /* the input, one bit, and its length in 8 bytes */
	unsigned i;

	memcpy(block, bytes, length);
	block[length] = 0x80;
	block[size - 2] = (unsigned char)(length * 8 >> 8);
	block[size - 1] = (unsigned char)(length * 8);
	for (i = 0; i < size; i += 64)
		add_block(hash, block + i);
	for (i = 0; i < SHA1_BYTES; i++)
		digest[i] = (unsigned char)(hash[i / 4] >> (24 - i % 4 * 8));
}
