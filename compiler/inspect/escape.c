#include "escape.h"

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

size_t escape_read(const char *at, const char *end, char *ret_byte)
{
	int high, low;

	if (at == end)
		return 0;
	if (*at != 'x') {
		*ret_byte = *at == 'n' ? '\n' : *at == 't' ? '\t' : *at;
		return 1;
	}
	if (end - at < 3)
		return 0;
	high = hex_digit(at[1]);
	low = hex_digit(at[2]);
	if (high < 0 || low < 0 || high + low == 0)
		return 0;
	*ret_byte = (char)(high << 4 | low);
	return 3;
}
