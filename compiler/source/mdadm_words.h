/* Between the files that read mdadm.conf(5): mdadm_words.c (lines and words), mdadm_conf.c
 * (keywords) and mdadm_array.c (ARRAY). */
#ifndef BOOTGRAPH_MDADM_WORDS_H
#define BOOTGRAPH_MDADM_WORDS_H

#include "../model.h"
#include "text.h"

enum mdadm_keyword {
#define KEYWORD(id, name, text) MDADM_##id,
#include "mdadm_keywords.def"
	MDADM_KEYWORD_COUNT
};

/* A keyword and all words up to the next one, over as many lines as that are. */
struct mdadm_line {
	struct word keyword; /* as written */
	VEC(struct word) words;
};

struct mdadm_reader {
	struct model *model;
	struct diag *diag;
};

/* --- mdadm_words.c -------------------------------------------------------- */

/* The keyword that a word is or abbreviates, or MDADM_KEYWORD_COUNT. */
enum mdadm_keyword mdadm_keyword(const char *word);
/* "devices", "array" ...; NULL behind the last. */
const char *const *mdadm_keyword_names(void);

/* Calls handle for each keyword of the file, in order. */
typedef void mdadm_handle_line(struct mdadm_reader *reader, const struct mdadm_line *line);
void mdadm_read_lines(struct mdadm_reader *reader, const struct text *text,
		      mdadm_handle_line *handle);

/* "did you mean ...?" for a word, or for its tag if it has one; NULL if no candidate is near. */
const char *mdadm_hint(struct mdadm_reader *reader, const char *word, const char *const *candidates,
		       size_t count);

/* Reports a word that mdadm does not know on lines of this keyword. candidates are those it does
 * know, for a hint. */
void mdadm_unknown_word(struct mdadm_reader *reader, const char *keyword, struct word word,
			const char *const *candidates, size_t count);

/* --- mdadm_array.c -------------------------------------------------------- */

mdadm_handle_line mdadm_read_array;

/* Whether there is a metadata format of this name, as in metadata=. */
bool mdadm_is_metadata(const char *name);
/* Reports values of auto= that end mdadm. */
void mdadm_check_auto(struct mdadm_reader *reader, struct word value);
/* What follows the equals sign, if there is one. */
struct word mdadm_value(struct word word);

#endif
