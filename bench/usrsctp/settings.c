#include "settings.h"

#include <stdio.h>
#include <string.h>

#include "say.h"

static int *place_of(struct settings *settings, const char *name) {
  if (strcmp(name, "port") == 0) return &settings->port;
  if (strcmp(name, "peer") == 0) return &settings->peer;
  if (strcmp(name, "mtu") == 0) return &settings->mtu;
  if (strcmp(name, "bytes") == 0) return &settings->bytes;
  if (strcmp(name, "warmupMs") == 0) return &settings->warmup_ms;
  if (strcmp(name, "runMs") == 0) return &settings->run_ms;
  if (strcmp(name, "warmup") == 0) return &settings->warmup;
  if (strcmp(name, "count") == 0) return &settings->count;
  return NULL;
}

struct settings read_settings(int count, char *const words[]) {
  struct settings settings = {0};
  for (int i = 0; i < count; i++) {
    char name[16];
    int value;
    int *place = sscanf(words[i], "%15[^=]=%d", name, &value) == 2 ? place_of(&settings, name) : NULL;
    if (place == NULL) fail("unknown setting %s", words[i]);
    *place = value;
  }
  return settings;
}
