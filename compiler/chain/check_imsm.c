/* Arrays in containers of Intel's (IMSM): mdadm assembles them only where the controller's firmware
 * says that it can (mdadm, platform-intel.c). */
#include "check.h"

#include <fnmatch.h>
#include <string.h>
#include <strings.h>

/* A RAID controller (class 01, subclass 04) of Intel's (8086), be it for SATA or NVMe (VMD). */
#define CONTROLLER "pci:v00008086d*bc01sc04*"

static bool is_imsm(const struct md_array *line)
{
	return line->container.text == NULL && line->metadata.text != NULL &&
	       strcasecmp(line->metadata.text, "imsm") == 0;
}

/* Whether a volume's container= means that line, by its device or its UUID. */
static bool is_in(const struct md_array *volume, const struct md_array *container)
{
	const char *name = volume->container.text;
	char uuid[MD_UUID_SIZE], other[MD_UUID_SIZE];

	if (container->device.text != NULL && strcmp(container->device.text, name) == 0)
		return true;
	return md_uuid(name, uuid) && container->uuid.text != NULL &&
	       md_uuid(container->uuid.text, other) && strcmp(uuid, other) == 0;
}

static const struct md_array *find_container(const struct model *model,
					     const struct md_array *volume)
{
	for (size_t i = 0; i < model->arrays.count; i++)
		if (is_imsm(&model->arrays.item[i]) && is_in(volume, &model->arrays.item[i]))
			return &model->arrays.item[i];
	return NULL;
}

static bool has_controller(const struct facts *facts)
{
	for (size_t i = 0; i < facts->modalias.count; i++)
		if (fnmatch(CONTROLLER, facts->modalias.item[i], 0) == 0)
			return true;
	return false;
}

void chain_check_imsm(const struct chain_checker *checker)
{
	const struct facts *facts = checker->chain->facts;

	if (facts->modalias.count == 0 || has_controller(facts))
		return; /* it is there, or nobody has looked */
	for (uint32_t i = 0; i < checker->chain->links.count; i++) {
		const struct chain_link *link = &checker->chain->links.item[i];
		const char *goal = chain_needed_by(checker->chain, i);
		const struct md_array *container;

		if (goal == NULL || link->array == NULL || link->array->container.text == NULL)
			continue;
		container = find_container(checker->model, link->array);
		if (container == NULL)
			continue;
		diag_report(checker->diag, DIAG_ARRAY_NO_CONTROLLER, link->array->span, NULL,
			    "%s needs %s, in a container of Intel's, and the facts have no RAID "
			    "controller of Intel's",
			    goal, link->name);
		diag_note(checker->diag, container->metadata.span, "the container");
	}
}
