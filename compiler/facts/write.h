/* Writes facts as specs/facts.md has them. Errors of the stream are the caller's to ask for. */
#ifndef BOOTGRAPH_FACTS_WRITE_H
#define BOOTGRAPH_FACTS_WRITE_H

#include "facts.h"

void facts_write(FILE *out, const struct facts *facts);

#endif
