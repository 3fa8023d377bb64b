#include "answer.h"
#include "disk.h"
#include "../core/text.h"

#include <stdio.h>
#include <string.h>

bool answer_is_sane(const struct answer *answer)
{
	return answer->outcome < PROBE_OUTCOME_COUNT && answer->error <= 0 &&
	       answer->error > -4096 && text_is_sane(answer->type, sizeof answer->type) &&
	       text_is_sane(answer->uuid, sizeof answer->uuid) &&
	       text_is_sane(answer->label, sizeof answer->label) &&
	       text_is_sane(answer->part_uuid, sizeof answer->part_uuid) &&
	       text_is_sane(answer->part_name, sizeof answer->part_name);
}

void answer_copy(char *to, size_t room, const unsigned char *from, size_t length)
{
	size_t n = 0;

	while (n < length && n + 1 < room && from[n] >= ' ' && from[n] != 0x7f) {
		to[n] = (char)from[n];
		n++;
	}
	while (n > 0 && to[n - 1] == ' ')
		n--;
	to[n] = '\0';
}

/* One code point as UTF-8; returns its bytes. */
static size_t encode_utf8(char *to, uint32_t c)
{
	if (c < 0x80) {
		to[0] = (char)c;
		return 1;
	}
	if (c < 0x800) {
		to[0] = (char)(0xc0 | c >> 6);
		to[1] = (char)(0x80 | (c & 0x3f));
		return 2;
	}
	if (c < 0x10000) {
		to[0] = (char)(0xe0 | c >> 12);
		to[1] = (char)(0x80 | (c >> 6 & 0x3f));
		to[2] = (char)(0x80 | (c & 0x3f));
		return 3;
	}
	to[0] = (char)(0xf0 | c >> 18);
	to[1] = (char)(0x80 | (c >> 12 & 0x3f));
	to[2] = (char)(0x80 | (c >> 6 & 0x3f));
	to[3] = (char)(0x80 | (c & 0x3f));
	return 4;
}

void answer_copy_utf16(char *to, size_t room, const unsigned char *from, size_t length)
{
	size_t n = 0, at;

	for (at = 0; at + 2 <= length && n + 5 <= room; at += 2) {
		uint32_t c = le16(from + at);

		if (c < ' ' || c == 0x7f)
			break;
		if (c >= 0xd800 && c < 0xdc00 && at + 4 <= length &&
		    (le16(from + at + 2) & 0xfc00) == 0xdc00) {
			at += 2;
			c = 0x10000 + ((c & 0x3ff) << 10 | (le16(from + at) & 0x3ff));
		}
		n += encode_utf8(to + n, c);
	}
	while (n > 0 && to[n - 1] == ' ')
		n--;
	to[n] = '\0';
}

void answer_copy_uuid(char *to, const unsigned char *from)
{
	static const unsigned char none[16];
	unsigned i, n = 0;

	to[0] = '\0';
	if (memcmp(from, none, sizeof none) == 0)
		return;
	for (i = 0; i < 16; i++) {
		if (i == 4 || i == 6 || i == 8 || i == 10)
			to[n++] = '-';
		n += (unsigned)snprintf(to + n, 3, "%02x", from[i]);
	}
}
