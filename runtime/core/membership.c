#include "membership.h"

#include "mem.h"
#include "text.h"

bool membership_is_sane(const struct membership *m)
{
	return text_is_sane(m->set, sizeof m->set) && text_is_sane(m->name, sizeof m->name) &&
	       text_is_sane(m->member, sizeof m->member) &&
	       text_is_sane(m->expects, sizeof m->expects) &&
	       text_is_sane(m->enough, sizeof m->enough) &&
	       text_is_sane(m->about, sizeof m->about) && m->set[0] != '\0' && m->member[0] != '\0';
}

bool membership_append(char *list, size_t room, char separator, const char *item)
{
	size_t length = strlen(list), more = strlen(item), gap = length > 0;

	if (length + gap + more >= room)
		return false;
	if (gap)
		list[length] = separator;
	memcpy(list + length + gap, item, more + 1);
	return true;
}
