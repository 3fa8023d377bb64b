/* The tables of specs/unit-spec.md and specs/unit-schema.json, for bootgraph-specs. Each prints to
 * standard output. */
#ifndef BOOTGRAPH_UNIT_PAGE_H
#define BOOTGRAPH_UNIT_PAGE_H

void print_unit_keywords(void);
void print_unit_choices(void);
void print_unit_events(void);
void print_unit_conditions(void);
void print_unit_conflicts(void);
void print_unit_actions(void);

/* JSON members and elements, separated by commas. */
void print_schema_keywords(void);
void print_schema_action_references(void);
void print_schema_actions(void);
void print_schema_conditions(void);
void print_schema_alternatives(void);
void print_schema_conflicts(void);

#endif
