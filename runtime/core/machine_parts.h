/* The machine's parts, for one another; others use machine.h.
 *
 *   machine.c       its beginning, what each event does, the verdict
 *   device_event.c  what a device that comes or goes means to nodes
 *   parameters.c    what kernel parameters that a boot script sets mean to nodes
 *   again.c         what is done again and again while a device is waited for
 *   clock.c         budgets, limits, what is due, and who holds the clocks
 *   effect.c        what a node does: its effects begin and finish
 *   look.c          whether a node may go on, from what its edges and conditions say
 *   node.c          a node's state: who is at work, and how it ends
 *
 * How they fit: an event changes some nodes and marks those they wake as dirty; machine_settle()
 * then looks at dirty nodes, lowest first, until none is left. Nodes are in topological order, so
 * one sweep is enough but for `starting` edges, which point backwards and cost one sweep each. */
#ifndef BOOTGRAPH_MACHINE_PARTS_H
#define BOOTGRAPH_MACHINE_PARTS_H

#include "machine.h"

static inline struct node_memory *memory_of(const struct machine *machine, uint32_t node)
{
	return &machine->state->node[node];
}

/* machine.c */

/* A VALUE operand as text, with the parameters of a table (boot_change). */
const char *machine_value_in(const struct machine *machine, uint32_t value, uint32_t table);

/* Tells the port, unless it knows. */
void machine_set_verdict(struct machine *machine, enum verdict verdict);

/* look.c */

/* Looks at every dirty node, and at those that become so. */
void machine_settle(struct machine *machine);

/* node.c */

/* The node is to be looked at within this event. */
void node_mark(struct machine *machine, uint32_t node);

/* Marks those whom a change of the node concerns. */
void node_wake_others(struct machine *machine, uint32_t index);

void node_change_state(struct machine *machine, uint32_t index, enum node_state state);

/* Whether it is a daemon that was told to end and has not yet. */
bool node_is_stopping(const struct node_memory *memory);

/* Whether it is at work: begun and not ended, or with effects that run. */
bool node_is_active(const struct machine *machine, uint32_t index);

/* Active, or pending only for what is. */
bool node_is_live(const struct machine *machine, uint32_t index);

bool node_has_ended(const struct machine *machine, uint32_t index);

/* Whether a device is being waited for: it is not there, and somebody who needs it is still
 * pending. */
bool node_is_awaited(const struct machine *machine, uint32_t index, const struct node *node);

/* Ends it as done, failed or skipped; `cause` is to blame, itself if it is its own doing. */
void node_end(struct machine *machine, uint32_t index, enum node_state state, uint32_t cause);

/* A running task's own failure: it is tried again while it has attempts left. */
void node_fail_attempt(struct machine *machine, uint32_t index, int32_t status);

/* What node_memory.time is before anything was tried with it. */
uint32_t node_first_time(const struct machine *machine, const struct node *node);

/* As if nothing had been tried with it yet. */
void node_forget(struct machine *machine, uint32_t index);

/* effect.c */

/* From now on a node's limit runs: that of a task's effect, or of a reaction's generation. */
void effect_arm_limit(struct machine *machine, uint32_t index);

/* Starts the effect at pc; `event` is what a reaction is told of, else NULL. */
void effect_start(struct machine *machine, uint32_t index, uint32_t pc, const struct event *event);

/* Goes on with a task's action at pc: its next effect, or its end. */
void effect_run(struct machine *machine, uint32_t index, uint32_t pc);

/* A reaction's older effects have all ended or had their time; the younger ones are next. */
void effect_turn_generation(struct machine *machine, uint32_t index);

/* A daemon ended after it was ready, as it was told or by itself. */
void effect_daemon_finished(struct machine *machine, uint32_t index);

/* The port says that an effect has ended. */
void effect_finished(struct machine *machine, const struct event *event);

/* device_event.c */

/* Whether anybody began to work with a device that it had waited for. */
bool device_was_used(const struct machine *machine, const struct node *node);

/* What a node has come to is taken back: those that were about to make use of it wait again, and
 * those that it made pointless are not any more. */
void node_unsettle(struct machine *machine, uint32_t index, const struct node *node);

/* Takes back that a device is there. */
void device_lose(struct machine *machine, uint32_t index, const struct node *node);

/* Tells every device and reaction of a device that came, changed or went. */
void device_event_tell(struct machine *machine, const struct event *event);

/* parameters.c */

/* From now on other parameters are in force: EVENT_PARAMETERS. */
void parameters_take(struct machine *machine, const struct event *event);

/* again.c: nodes with NODE_AGAIN. Of such a one node_memory.time is what is left of the interval,
 * which passes only while it rests. */

/* Milliseconds of rest before each time. */
uint32_t again_interval(const struct node *node);

/* Whether its device is being waited for, with nothing at work that might bring it, nor any of
 * those that start on it. */
bool again_rests(const struct machine *machine, uint32_t index, const struct node *node);

/* It comes true (again): those that start on it begin. */
void again_begin(struct machine *machine, uint32_t index, const struct node *node);

/* clock.c */

/* Whether the clocks of an awaited device run: nothing that might bring it is at work, and nobody
 * holds them. */
bool clock_runs(const struct machine *machine, const struct node *node);

/* What a wait may last that has this limit, on this boot's command line. */
uint32_t clock_fresh_budget(const struct machine *machine, uint32_t limit);

/* A fact came true for the first time: every wait that has it on its path starts afresh. */
void clock_refresh(struct machine *machine, uint32_t fact);

/* The time since the last event is charged to the clocks that ran meanwhile. */
void clock_charge(struct machine *machine, uint32_t now);

/* Ends one wait or effect whose time is up. False when nothing is due. */
bool clock_expire(struct machine *machine);

/* Somebody is asked, or is not any more: EVENT_HOLD. */
void clock_hold(struct machine *machine, const struct event *event);

#endif
