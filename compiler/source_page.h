/* The tables of specs/sources.md, for bootgraph-specs. */
#ifndef BOOTGRAPH_SOURCE_PAGE_H
#define BOOTGRAPH_SOURCE_PAGE_H

void print_crypttab_options(void);
void print_veritytab_options(void);
void print_integritytab_options(void);
void print_settings(void);
void print_mdadm_keywords(void);
void print_mdadm_array_words(void);

#endif
