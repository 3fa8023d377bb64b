#include "sets.h"
#include "mem.h"
#include "text.h"

/* --- texts ---------------------------------------------------------------- */

static bool same(const char *a, const char *b)
{
	size_t length = strlen(a);

	return length == strlen(b) && memcmp(a, b, length) == 0;
}

/* A piece of a list, up to one of two separators. */
struct piece {
	const char *text;
	size_t length;
};

static bool is_piece(struct piece piece, const char *text)
{
	return strlen(text) == piece.length && memcmp(text, piece.text, piece.length) == 0;
}

/* The next piece of a list, or one without text behind its end. */
static struct piece next_piece(const char **at, char separator)
{
	struct piece piece = {*at, 0};

	if (**at == '\0')
		return (struct piece){NULL, 0};
	while ((*at)[0] != '\0' && (*at)[0] != separator) {
		piece.length++;
		++*at;
	}
	*at += **at != '\0';
	return piece;
}

/* --- members -------------------------------------------------------------- */

/* Whether a membership is about a set: by its id, its other name, or its kind alone ("lvm:"). */
static bool is_about(const struct membership *membership, const char *set)
{
	size_t length = strlen(membership->set);

	return same(membership->set, set) ||
	       (membership->name[0] != '\0' && same(membership->name, set)) ||
	       (length > 0 && membership->set[length - 1] == ':' && strlen(set) > length &&
		memcmp(membership->set, set, length) == 0);
}

static bool knows(const struct membership *membership)
{
	return membership->expects[0] != '\0';
}

/* The membership with the newest generation of those that know what the set consists of. */
static const struct membership *find_newest(const struct sets *sets, const char *set)
{
	const struct membership *newest = NULL;
	uint32_t i;

	for (i = 0; i < sets->entry_count; i++) {
		const struct membership *membership = &sets->entry[i].membership;

		if (is_about(membership, set) && knows(membership) &&
		    (newest == NULL || membership->generation > newest->generation))
			newest = membership;
	}
	return newest;
}

static bool is_fresh(const struct membership *membership, const struct membership *newest)
{
	return !knows(membership) || membership->slack == UINT32_MAX ||
	       membership->generation >= newest->generation ||
	       newest->generation - membership->generation <= membership->slack;
}

static bool is_present(const struct sets *sets, const char *set, const struct membership *newest,
		       struct piece member)
{
	uint32_t i;

	for (i = 0; i < sets->entry_count; i++) {
		const struct membership *membership = &sets->entry[i].membership;

		if (is_about(membership, set) && is_piece(member, membership->member) &&
		    is_fresh(membership, newest))
			return true;
	}
	return false;
}

/* "0|1": whether one of the alternatives is there. */
static bool has_alternative(const struct sets *sets, const char *set,
			    const struct membership *newest, struct piece group)
{
	struct piece member = {group.text, 0};
	size_t i;

	for (i = 0; i <= group.length; i++) {
		if (i < group.length && group.text[i] != '|') {
			member.length++;
			continue;
		}
		if (is_present(sets, set, newest, member))
			return true;
		member = (struct piece){group.text + i + 1, 0};
	}
	return false;
}

/* The number of "#3"; 0 if it is none. */
static uint32_t read_count(const char *at)
{
	uint32_t count = 0;

	if (*at++ == '#')
		for (; *at >= '0' && *at <= '9' && count < 65536; at++)
			count = count * 10 + (uint32_t)(*at - '0');
	return count;
}

static bool is_enough(const struct sets *sets, const char *set, const struct membership *newest,
		      uint32_t present)
{
	const char *at = newest->enough;
	uint32_t count = read_count(at);
	struct piece group;

	if (*at == '#')
		return count > 0 && present >= count;
	if (*at == '\0')
		return false;
	while ((group = next_piece(&at, ',')).text != NULL)
		if (!has_alternative(sets, set, newest, group))
			return false;
	return true;
}

/* Whether an earlier device is the same member. */
static bool is_repeated(const struct sets *sets, const char *set, uint32_t index)
{
	uint32_t i;

	for (i = 0; i < index; i++)
		if (is_about(&sets->entry[i].membership, set) &&
		    same(sets->entry[i].membership.member, sets->entry[index].membership.member))
			return true;
	return false;
}

/* Members of a set of which only their number is known: whoever says it is one. */
static uint32_t count_members(const struct sets *sets, const char *set,
			      const struct membership *newest)
{
	uint32_t i, count = 0;

	for (i = 0; i < sets->entry_count; i++) {
		const struct membership *membership = &sets->entry[i].membership;

		count += is_about(membership, set) && is_fresh(membership, newest) &&
			 !same(membership->member, "spare") && !is_repeated(sets, set, i);
	}
	return count;
}

void sets_view(const struct sets *sets, const char *set, struct set_view *ret_view)
{
	const struct membership *newest = find_newest(sets, set);
	struct piece member;
	const char *at;

	*ret_view = (struct set_view){.newest = newest};
	if (newest == NULL)
		return;
	at = newest->expects;
	ret_view->expected = read_count(at);
	if (ret_view->expected > 0) {
		ret_view->present = count_members(sets, set, newest);
		if (ret_view->present > ret_view->expected)
			ret_view->present = ret_view->expected;
		at = "";
	}
	while ((member = next_piece(&at, ',')).text != NULL) {
		ret_view->expected++;
		ret_view->present += is_present(sets, set, newest, member);
	}
	ret_view->complete = ret_view->present == ret_view->expected;
	ret_view->enough = ret_view->complete || is_enough(sets, set, newest, ret_view->present);
}

bool sets_has_member(const struct sets *sets, const char *set, uint32_t device)
{
	const struct membership *newest = find_newest(sets, set);
	struct piece member;
	const char *at;
	uint32_t i;

	for (i = 0; newest != NULL && i < sets->entry_count; i++) {
		const struct membership *membership = &sets->entry[i].membership;

		if (sets->entry[i].device != device || !is_about(membership, set) ||
		    !is_fresh(membership, newest))
			continue;
		at = newest->expects;
		if (*at == '#' && !same(membership->member, "spare"))
			return true;
		while ((member = next_piece(&at, ',')).text != NULL)
			if (is_piece(member, membership->member))
				return true;
	}
	return false;
}

/* --- the tables ----------------------------------------------------------- */

bool sets_are_full(const struct sets *sets)
{
	return sets->entry_count == sets->entry_room || sets->told_count == sets->told_room;
}

void sets_put(struct sets *sets, uint32_t device, const struct membership *membership)
{
	uint32_t i, k;

	for (i = 0; i < sets->entry_count; i++)
		if (sets->entry[i].device == device &&
		    same(sets->entry[i].membership.set, membership->set))
			break;
	sets->entry[i] = (struct set_entry){device, *membership};
	sets->entry_count += i == sets->entry_count;
	for (k = 0; k < sets->told_count; k++)
		if (same(sets->told[k].set, membership->set))
			return;
	if (!knows(membership))
		return; /* others have to name its set */
	sets->told[k] = (struct set_told){.complete = false};
	memcpy(sets->told[k].set, membership->set, sizeof membership->set);
	sets->told_count++;
}

void sets_forget(struct sets *sets, uint32_t device)
{
	uint32_t i = 0;

	while (i < sets->entry_count)
		if (sets->entry[i].device == device)
			sets->entry[i] = sets->entry[--sets->entry_count];
		else
			i++;
}

/* --- events --------------------------------------------------------------- */

struct text {
	char *at;
	size_t length;
};

static void put(struct text *text, const char *from)
{
	size_t n = strlen(from), room = SETS_EVENT_MAX - 1 - text->length;

	if (n > room)
		n = room;
	memcpy(text->at + text->length, from, n);
	text->length += n;
}

static void put_number(struct text *text, uint32_t number)
{
	char digits[DECIMAL_SIZE];

	put(text, text_decimal(number, digits));
}

static void end(struct text *text)
{
	text->at[text->length++] = '\0';
}

static void put_property(struct text *text, const char *key, const char *value)
{
	put(text, key);
	put(text, value);
	end(text);
}

static void put_number_property(struct text *text, const char *key, uint32_t number)
{
	put(text, key);
	put_number(text, number);
	end(text);
}

static size_t write_event(char *properties, uint32_t index, const struct set_told *told,
			  const struct set_view *view, bool complete, bool reached)
{
	struct text text = {properties, 0};

	put_property(&text, "ACTION=", reached ? "add" : "remove");
	put_property(&text, "SUBSYSTEM=", "set");
	put_property(&text, "SET=", told->set);
	if (view->newest != NULL && view->newest->name[0] != '\0')
		put_property(&text, "SET_NAME=", view->newest->name);
	put_property(&text, "SET_LEVEL=", complete ? "complete" : "enough");
	put_number_property(&text, "SET_PRESENT=", view->present);
	put_number_property(&text, "SET_EXPECTED=", view->expected);
	put_number_property(&text, "MAJOR=", complete ? SETS_MAJOR_COMPLETE : SETS_MAJOR_ENOUGH);
	put_number_property(&text, "MINOR=", index);
	return text.length;
}

/* The change of one set that is to be told next: complete is lost first and reached last. */
static size_t next_change(struct sets *sets, uint32_t index, bool reached, char *properties)
{
	struct set_told *told = &sets->told[index];
	struct set_view view;
	bool complete;

	sets_view(sets, told->set, &view);
	if (reached ? view.enough && !told->enough
		    : told->enough && !view.enough && !told->complete)
		complete = false;
	else if (told->complete != view.complete && view.complete == reached)
		complete = true;
	else
		return 0;
	*(complete ? &told->complete : &told->enough) = reached;
	return write_event(properties, index, told, &view, complete, reached);
}

size_t sets_next_event(struct sets *sets, char properties[SETS_EVENT_MAX])
{
	size_t length = 0;
	uint32_t i;

	for (i = 0; length == 0 && i < sets->told_count; i++)
		length = next_change(sets, i, false, properties);
	for (i = 0; length == 0 && i < sets->told_count; i++)
		length = next_change(sets, i, true, properties);
	return length;
}
