#include "utf8.h"

#include <locale.h>
#include <string.h>
#include <wchar.h>

/* How many bytes a first byte announces, and the least character they may stand for. */
static size_t announced(unsigned char first, uint32_t *ret_least)
{
	if (first >= 0xc0 && first < 0xe0) {
		*ret_least = 0x80;
		return 2;
	}
	if (first >= 0xe0 && first < 0xf0) {
		*ret_least = 0x800;
		return 3;
	}
	if (first >= 0xf0 && first < 0xf8) {
		*ret_least = 0x10000;
		return 4;
	}
	return 0;
}

size_t utf8_decode(const char *at, const char *end, uint32_t *ret_character)
{
	const unsigned char *byte = (const unsigned char *)at;
	size_t length, i;
	uint32_t character, least;

	if (at == end)
		return 0;
	if (byte[0] < 0x80) {
		*ret_character = byte[0];
		return 1;
	}
	length = announced(byte[0], &least);
	if (length == 0 || (size_t)(end - at) < length)
		return 0;
	character = byte[0] & (0x7fu >> length);
	for (i = 1; i < length; i++) {
		if ((byte[i] & 0xc0) != 0x80)
			return 0;
		character = character << 6 | (byte[i] & 0x3f);
	}
	if (character < least || character > 0x10ffff ||
	    (character >= 0xd800 && character < 0xe000))
		return 0;
	*ret_character = character;
	return length;
}

bool utf8_valid(const char *text)
{
	const char *end = text + strlen(text);
	uint32_t character;

	while (text < end) {
		size_t length = utf8_decode(text, end, &character);

		if (length == 0)
			return false;
		text += length;
	}
	return true;
}

/* Unicode's Bidi_Control characters and the byte order mark: invisible, but what is on the screen
 * would no longer be what is in the file. */
static bool is_treacherous(uint32_t c)
{
	return c == 0x061c || c == 0x200e || c == 0x200f || (c >= 0x202a && c <= 0x202e) ||
	       (c >= 0x2066 && c <= 0x2069) || c == 0xfeff;
}

int utf8_columns(uint32_t character)
{
	static locale_t utf8; /* kept: making one takes longer than all the rest */
	locale_t before;
	int columns;

	if (character >= ' ' && character < 0x7f)
		return 1;
	if (character < 0xa0 || is_treacherous(character))
		return -1;
	/* wcwidth goes by the locale, and the output must not. */
	if (utf8 == (locale_t)0)
		utf8 = newlocale(LC_CTYPE_MASK, "C.UTF-8", (locale_t)0);
	if (utf8 == (locale_t)0)
		return 1;
	before = uselocale(utf8);
	columns = wcwidth((wchar_t)character);
	uselocale(before);
	return columns;
}
