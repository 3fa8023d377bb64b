/* The broker: one child of PID 1 that holds passphrases and talks to people.
 *
 * Its clients are the helpers that open devices (bootgraph-crypt) and workers with a yes-or-no
 * question; what they say is in protocol.h. One prompt is open at a time, the others queue. It is
 * open everywhere at once: on all consoles, on plymouth's screen, and for what writes to the fifo
 * (askpass.h); the first answer wins, and the other places are told. While a passphrase that
 * somebody typed is being tried, no further prompt opens: it may open the next device as well, and
 * is tried there first.
 *
 *   clients, cache and queue   broker.c
 *   the prompt that is open    prompt.c
 *   where people are           console.c, plymouth.c, askpass.c
 *
 * Nothing secret leaves it but to a client that asked; its memory is locked, is in no core, and is
 * wiped as soon as it is of no more use. It reads nothing from disks.
 */
#ifndef BOOTGRAPH_PROMPT_BROKER_H
#define BOOTGRAPH_PROMPT_BROKER_H

/* Serves until PID 1 closes the socket or sends SIGTERM. */
_Noreturn void broker_serve(int control);

#endif
