/* Findings about the chain, by what they are about; chain_check() asks them all. */
#ifndef BOOTGRAPH_CHAIN_CHECK_H
#define BOOTGRAPH_CHAIN_CHECK_H

#include "../chain.h"

struct chain_checker {
	const struct chain *chain;
	const struct model *model;
	struct arena *arena;
	struct diag *diag;
};

/* check_provider.c: what nothing provides. Needs facts. */
void chain_check_providers(const struct chain_checker *checker);
/* check_crypt.c: what crypttab says of devices, and what they are. Needs facts. */
void chain_check_crypttab(const struct chain_checker *checker);
/* check_array.c: arrays and mdadm.conf. Needs facts. */
void chain_check_arrays(const struct chain_checker *checker);
/* check_imsm.c: arrays that mdadm refuses without their controller. Needs facts. */
void chain_check_imsm(const struct chain_checker *checker);
/* check_array.c: arrays that never start degraded, and mounts that do not wait until they do. */
void chain_check_redundancy(const struct chain_checker *checker);
void chain_check_device_timeouts(const struct chain_checker *checker);
/* check_resume.c: whether resume= can work. */
void chain_check_resume(const struct chain_checker *checker);

#endif
