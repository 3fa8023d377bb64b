/* What a helper tells PID 1 besides its exit status: one line, why it failed, for people.
 *
 * It goes to descriptor 3, a pipe, or to standard error where that is not open, as when somebody
 * runs the helper by hand. PID 1 takes at most REPORT_MAX bytes of it and believes none. */
#ifndef BOOTGRAPH_HELPER_REPORT_H
#define BOOTGRAPH_HELPER_REPORT_H

enum {
	REPORT_FD = 3,
	REPORT_MAX = 400, /* bytes, with the newline */
};

/* To be called first: programs that the helper runs must not inherit the descriptor. */
void report_begin(void);

/* Says why, as a sentence without its end. What comes from outside may hold anything: control
 * characters are replaced. Returns 1, the exit status that goes with it. */
int report_failure(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
