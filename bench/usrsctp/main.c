/* One of the two programs of a run with libusrsctp: PROGRAM server|client CASE name=value... */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cases.h"
#include "endpoint.h"
#include "say.h"

static const struct {
  const char *name;
  void (*serve)(const struct settings *);
  void (*drive)(const struct settings *);
} cases[] = {
    {"stream", serve_stream, drive_stream},
    {"ping", serve_ping, drive_ping},
    {"associations", serve_associations, drive_associations},
    {"idle", serve_idle, drive_idle},
};

int main(int count, char *words[]) {
  if (count < 3) fail("PROGRAM server|client CASE name=value...");
  struct settings settings = read_settings(count - 3, words + 3);
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    if (strcmp(words[2], cases[i].name) != 0) continue;
    end_with_input();
    start_stack(&settings);
    (strcmp(words[1], "server") == 0 ? cases[i].serve : cases[i].drive)(&settings);
    for (;;) pause();
  }
  fail("unknown case %s", words[2]);
}
