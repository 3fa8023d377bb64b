#include "text.h"

const char *text_decimal(uint32_t number, char buffer[DECIMAL_SIZE])
{
	unsigned i = DECIMAL_SIZE - 1;

	buffer[i] = '\0';
	do
		buffer[--i] = (char)('0' + number % 10);
	while ((number /= 10) > 0);
	return buffer + i;
}

bool text_is_sane(const char *text, size_t room)
{
	size_t i;

	for (i = 0; i < room && text[i] != '\0'; i++)
		if ((unsigned char)text[i] < ' ' || text[i] == 0x7f)
			return false;
	return i < room;
}
