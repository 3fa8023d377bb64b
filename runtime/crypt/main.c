/* bootgraph-crypt(8): what the action `unlock` runs. */
#include "opening.h"
#include "../helper/confine.h"
#include "../helper/udevd.h"
#include "../prompt/secret.h"

#include <errno.h>
#include <getopt.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const char usage[] =
	"usage: bootgraph-crypt open --name=NAME [--source=SOURCE] [--key=KEY] "
	"[--options=OPTIONS]\n"
	"       bootgraph-crypt open --cryptopts=CRYPTOPTS DEVICE\n"
	"                            [--volume-key=keyring|table] [--without-key=ask|fail] DEVICE\n"
	"       bootgraph-crypt verity --name=NAME --hash-device=DEVICE --root-hash=HASH\n"
	"                            [--options=OPTIONS] DEVICE\n"
	"       bootgraph-crypt integrity --name=NAME [--options=OPTIONS] DEVICE\n"
	"Opens a device as a line of crypttab(5), veritytab(5) or integritytab(5) says. Descriptor "
	"4 is the passphrase\n"
	"broker's; one line on descriptor 3 says why it failed.\n";

/* --- what goes wrong ------------------------------------------------------ */

static char reason[400];

int report(int error, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(reason, sizeof reason, format, arguments);
	va_end(arguments);
	return error;
}

int report_else(int error, const char *format, ...)
{
	va_list arguments;

	if (!report_is_clear())
		return error;
	va_start(arguments, format);
	vsnprintf(reason, sizeof reason, format, arguments);
	va_end(arguments);
	return error;
}

void report_clear(void)
{
	reason[0] = '\0';
}

bool report_is_clear(void)
{
	return reason[0] == '\0';
}

/* The library's own words, where ours are not better. */
static void take_message(int level, const char *message, void *context)
{
	(void)context;
	if (level == CRYPT_LOG_ERROR && *message != '\0')
		(void)report(0, "%.*s", (int)strcspn(message, "\n"), message);
}

static int leave(int r)
{
	if (r >= 0)
		return EXIT_SUCCESS;
	if (write(REPORT_FD, reason, strlen(reason)) < 0) /* run by hand */
		fprintf(stderr, "bootgraph-crypt: %s\n", reason);
	return EXIT_FAILURE;
}

/* --- keys ----------------------------------------------------------------- */

static int open_by_key(struct opening *opening, bool script)
{
	struct key key;
	int r = script ? key_run_script(opening, &key) : key_read_file(opening, &key);

	if (r == 0) {
		r = device_try(opening, key.bytes, key.size, !script);
		if (r == -EPERM)
			(void)report(r, "%s is not the key of %s",
				     script ? "what the keyscript prints" : opening->key,
				     opening->source);
	}
	key_wipe(&key);
	return r;
}

/* A passphrase that is to be typed twice; the second time is checked here. */
static int ask_again(const struct opening *opening, const struct prompt_reply *first)
{
	struct prompt_reply *second = secret_alloc(sizeof *second);
	char text[512];
	int r;

	if (second == NULL)
		return report(-ENOMEM, "no memory for a passphrase");
	snprintf(text, sizeof text, "Please repeat the passphrase for disk %s", opening->name);
	client_result(RESULT_FAILED); /* not tried yet */
	r = client_next(opening, PROMPT_ASK, text, second);
	if (r == 0 && (first->length != second->length ||
		       memcmp(first->passphrase, second->passphrase, first->length) != 0))
		r = -EPERM;
	secret_free(second, sizeof *second);
	return r;
}

static int try_next(struct opening *opening, unsigned flags, struct prompt_reply *reply)
{
	char text[512];
	int r;

	snprintf(text, sizeof text, "Please unlock disk %s", opening->name);
	r = client_next(opening, flags, text, reply);
	if (r < 0)
		return r == -EPERM ? -EPIPE : r;
	if (opening->options.given[OPTION_VERIFY] && reply->origin == ORIGIN_PEOPLE)
		r = ask_again(opening, reply);
	if (r == 0)
		r = device_try(opening, (char *)reply->passphrase, reply->length, false);
	client_result(r == 0 ? RESULT_OPENED : r == -EPERM ? RESULT_WRONG : RESULT_FAILED);
	if (r == -EPERM && reply->origin == ORIGIN_PEOPLE)
		opening->tried++;
	secret_wipe(reply, sizeof *reply); /* the next answer may take its time */
	return r;
}

static bool may_try_again(const struct opening *opening)
{
	return opening->tries == 0 || opening->tried < opening->tries;
}

/* What opened something else, then tokens, then people. */
static int open_by_passphrase(struct opening *opening, struct prompt_reply *reply)
{
	int r;

	do
		r = try_next(opening, PROMPT_CACHED_ONLY, reply);
	while (r == -EPERM);
	if (r != -ENODATA)
		return r;
	if (token_try(opening, reply) == 0)
		return 0;
	do
		r = try_next(opening, 0, reply);
	while (r == -EPERM && may_try_again(opening));
	if (r == -EPERM)
		return report(r, "%u wrong passphrase%s for %s", (unsigned)opening->tried,
			      opening->tried == 1 ? "" : "s", opening->name);
	return r;
}

static int open_with_script(struct opening *opening)
{
	int r;

	do {
		r = open_by_key(opening, true);
		/* Of what its askpass was told, if it asked. */
		client_result(r == 0 ? RESULT_OPENED : r == -EPERM ? RESULT_WRONG : RESULT_FAILED);
		if (r < 0)
			sleep(opening->tried > 0); /* a script that asks nobody */
		opening->tried++;
	} while (r < 0 && may_try_again(opening));
	return r;
}

static bool is_passdev(const struct opening *opening)
{
	const char *script = opening->options.text[OPTION_KEYSCRIPT], *slash = strrchr(script, '/');

	return strcmp(slash != NULL ? slash + 1 : script, "passdev") == 0;
}

/* askpass as a keyscript only asks, and passdev only reads a file, which PID 1 has mounted the disk
 * of: both is done without them. */
static bool has_script(const struct opening *opening)
{
	return opening->options.given[OPTION_KEYSCRIPT] && !is_passdev(opening) &&
	       strcmp(opening->options.text[OPTION_KEYSCRIPT], "/lib/cryptsetup/askpass") != 0;
}

/* What a header makes of the library is to stay without consequences. A keyscript is anybody's
 * program, and does what it likes. */
static int confine_opener(const struct opening *opening)
{
	int r = has_script(opening) ? 0 : confine(CONFINED_OPENER);

	return r < 0 ? report(r, "%s: no confinement: %s", opening->name, strerror(-r)) : 0;
}

static int open_device(struct opening *opening)
{
	struct prompt_reply *reply;
	uint64_t tries =
		opening->options.given[OPTION_TRIES] ? opening->options.number[OPTION_TRIES] : 3;
	int r = device_is_open(opening);

	opening->tries = tries < UINT32_MAX ? (uint32_t)tries : UINT32_MAX;
	if (r != 0)
		return r < 0 ? r : 0;
	r = confine_opener(opening);
	if (r == 0)
		r = device_load(opening);
	if (r < 0)
		return r;
	if (has_script(opening))
		return open_with_script(opening);
	if (strcmp(opening->key, "none") != 0 && opening->kind != KIND_TCRYPT) {
		r = open_by_key(opening, false);
		if (r == 0 || !opening->ask_without_key)
			return r;
		fprintf(stderr, "bootgraph-crypt: %s\n", reason);
	}
	reply = secret_alloc(sizeof *reply);
	if (reply == NULL)
		return report(-ENOMEM, "no memory for a passphrase");
	r = open_by_passphrase(opening, reply);
	secret_free(reply, sizeof *reply);
	return r;
}

/* --- arguments ------------------------------------------------------------ */

static bool read_arguments(struct opening *opening, int argc, char **argv,
			   const char **ret_cryptopts)
{
	static const struct option table[] = {{"name", required_argument, NULL, 'n'},
					      {"key", required_argument, NULL, 'k'},
					      {"options", required_argument, NULL, 'o'},
					      {"source", required_argument, NULL, 's'},
					      {"without-key", required_argument, NULL, 'w'},
					      {"cryptopts", required_argument, NULL, 'c'},
					      {"volume-key", required_argument, NULL, 'v'},
					      {0}};
	int option;

	while ((option = getopt_long(argc, argv, "", table, NULL)) != -1)
		switch (option) {
		case 'n':
			opening->name = optarg;
			break;
		case 'k':
			opening->key = optarg;
			break;
		case 'o':
			opening->raw_options = optarg;
			break;
		case 's':
			opening->raw_source = optarg;
			break;
		case 'w':
			opening->ask_without_key = strcmp(optarg, "ask") == 0;
			if (!opening->ask_without_key && strcmp(optarg, "fail") != 0)
				return false;
			break;
		case 'c':
			*ret_cryptopts = optarg;
			break;
		case 'v':
			opening->key_in_table = strcmp(optarg, "table") == 0;
			if (!opening->key_in_table && strcmp(optarg, "keyring") != 0)
				return false;
			break;
		default:
			return false;
		}
	if (argc - optind != 2 || strcmp(argv[optind], "open") != 0 ||
	    (opening->name == NULL) == (*ret_cryptopts == NULL))
		return false;
	opening->source = argv[optind + 1];
	return true;
}

/* Opens what the arguments say. */
static int open_as_told(struct opening *opening, const char *cryptopts)
{
	const char *wrong = "?";
	int r = cryptopts != NULL ? cryptopts_read(opening, cryptopts) : 0;
	char *options;

	if (r < 0)
		return r;
	if (*opening->key == '\0' || strcmp(opening->key, "-") == 0)
		opening->key = "none";
	options = strdup(opening->raw_options);
	if (options == NULL || !options_read(&opening->options, options, &wrong))
		r = report(-EINVAL, "%s: a value that option %s cannot have", opening->name, wrong);
	else if (cryptopts != NULL && is_passdev(opening))
		r = report(-ENOTSUP, "%s: passdev is for lines of crypttab, not for cryptopts=",
			   opening->name);
	else
		r = open_device(opening);
	crypt_free(opening->device);
	free(options);
	return r;
}

static bool is_mapping(int argc, char **argv)
{
	return argc > 1 && (strcmp(argv[1], "verity") == 0 || strcmp(argv[1], "integrity") == 0);
}

int main(int argc, char **argv)
{
	struct opening opening = {.key = "none", .raw_options = ""};
	const char *cryptopts = NULL;
	int r;

	secret_begin();
	if (!is_mapping(argc, argv) && !read_arguments(&opening, argc, argv, &cryptopts)) {
		fputs(usage, stderr);
		return 2;
	}
	udevd_tell_libdevmapper();
	setenv("DM_DEFAULT_NAME_MANGLING_MODE", "hex", 1);
	mkdir("/run/cryptsetup", 0700); /* the library's lock; what is wrong with it, it says */
	crypt_set_log_callback(NULL, take_message, NULL);
	if (is_mapping(argc, argv))
		return leave(mapping_open(argc - 1, argv + 1));
	r = open_as_told(&opening, cryptopts);
	free(opening.memory[0]);
	free(opening.memory[1]);
	return leave(r);
}
