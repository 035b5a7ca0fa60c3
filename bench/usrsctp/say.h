#pragma once

/* Prints one line for the bench. */
void say(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Tells the bench what went wrong and ends the program. */
void fail(const char *format, ...) __attribute__((format(printf, 1, 2), noreturn));

/* What a system call or a call of usrsctp said. */
void check(int result, const char *what);

/* Until the bench closes our standard input. */
void wait_for_end(void);
