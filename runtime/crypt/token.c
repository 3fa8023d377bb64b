/* LUKS2 tokens: what opens a device instead of a passphrase, by plug-ins of libcryptsetup
 * (libcryptsetup.h, "External token handlers").
 *
 * A plug-in that wants a PIN fails with -ENOANO, and does so again if the PIN is wrong. */
#include "opening.h"
#include "../prompt/secret.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

enum { PIN_TRIES = 3 }; /* a token locks itself after a few more */

/* The library's plug-ins are looked for only if the header gives a reason. */
static bool has_tokens(const struct opening *opening)
{
	const char *type = crypt_get_type(opening->device);

	if (opening->kind != KIND_LUKS || type == NULL || strcmp(type, CRYPT_LUKS2) != 0)
		return false;
	for (int token = 0; token < crypt_token_max(CRYPT_LUKS2); token++) {
		crypt_token_info status = crypt_token_status(opening->device, token, NULL);

		if (status != CRYPT_TOKEN_INVALID && status != CRYPT_TOKEN_INACTIVE)
			return true;
	}
	return false;
}

/* Programs that write to the fifo know passphrases, and nothing of PINs (cryptroot-unlock, clevis):
 * none of them may use up a token's attempts. */
static int try_answer(struct opening *opening, const struct prompt_reply *reply)
{
	const char *text = (const char *)reply->passphrase;
	int r;

	if (strcmp(reply->where, PROMPT_FIFO) == 0) {
		r = device_try(opening, text, reply->length, false);
		client_result(r == 0 ? RESULT_OPENED : r == -EPERM ? RESULT_WRONG : RESULT_FAILED);
		return r;
	}
	r = crypt_activate_by_token_pin(opening->device, opening->name, NULL, CRYPT_ANY_TOKEN, text,
					reply->length, NULL, device_flags(opening));
	client_result(r >= 0	     ? RESULT_OPENED_ALONE
		      : r == -ENOANO ? RESULT_WRONG_PIN
				     : RESULT_FAILED);
	return r == -ENOANO ? -EPERM : r;
}

/* An empty answer leaves the token alone. */
static int try_with_pin(struct opening *opening, struct prompt_reply *reply)
{
	uint32_t tries = opening->tries;
	char text[512];
	int r;

	snprintf(text, sizeof text,
		 "Please enter the PIN of the token for disk %s, or nothing to use a passphrase",
		 opening->name);
	opening->tries = PIN_TRIES;
	do {
		r = client_next(opening, PROMPT_ASK, text, reply);
		if (r < 0)
			break;
		if (reply->length == 0) {
			client_result(RESULT_FAILED);
			r = -ENOENT;
		} else {
			r = try_answer(opening, reply);
		}
		secret_wipe(reply, sizeof *reply);
	} while (r == -EPERM && ++opening->tried < PIN_TRIES);
	opening->tries = tries;
	opening->tried = 0; /* a PIN is no passphrase */
	return r;
}

int token_try(struct opening *opening, struct prompt_reply *reply)
{
	int r;

	if (!has_tokens(opening))
		return -ENOENT;
	r = crypt_activate_by_token(opening->device, opening->name, CRYPT_ANY_TOKEN, NULL,
				    device_flags(opening));
	if (r == -EAGAIN)
		fprintf(stderr, "bootgraph-crypt: a token of %s is not plugged in\n",
			opening->source);
	if (r == -ENOANO)
		r = try_with_pin(opening, reply);
	return r >= 0 ? 0 : -ENOENT;
}
