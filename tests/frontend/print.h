/* The model as text, so that tests can compare what the sources were understood to say. */
#ifndef BOOTGRAPH_TEST_PRINT_H
#define BOOTGRAPH_TEST_PRINT_H

#include "../../compiler/model.h"

/* Words are followed by where they stand, as line:column+length. */
void print_model(FILE *out, const struct model *model);

#endif
