#pragma once

/* Prints one line for the bench. */
void say(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Tells the bench what went wrong and ends the program. */
void fail(const char *format, ...) __attribute__((format(printf, 1, 2), noreturn));

/* What a system call or a call of usrsctp said. */
void check(int result, const char *what);

/* Ends the program when the bench closes our standard input, whatever it is doing. */
void end_with_input(void);
