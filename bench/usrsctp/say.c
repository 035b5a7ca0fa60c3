#include "say.h"

#include <errno.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

void say(const char *format, ...) {
  va_list values;
  va_start(values, format);
  vprintf(format, values);
  va_end(values);
  putchar('\n');
  fflush(stdout);
}

void fail(const char *format, ...) {
  char text[256];
  va_list values;
  va_start(values, format);
  vsnprintf(text, sizeof text, format, values);
  va_end(values);
  say("{\"error\":\"%s\"}", text);
  _exit(1);
}

void check(int result, const char *what) {
  if (result < 0) fail("%s: %s", what, strerror(errno));
}

static void *watch_input(void *nothing) {
  char byte;
  while (read(STDIN_FILENO, &byte, 1) > 0) continue;
  _exit(0);
  return nothing;
}

void end_with_input(void) {
  pthread_t thread;
  if (pthread_create(&thread, NULL, watch_input, NULL) != 0) fail("no thread");
}
