/* Associations that nobody uses: what their heartbeats cost, and how much memory they take once all is quiet. */
#include <unistd.h>

#include "cases.h"
#include "endpoint.h"
#include "meter.h"
#include "say.h"

static void pass(int ms) { usleep(1000 * (useconds_t)ms); }

static void measure(const struct settings *settings, long before_bytes) {
  pass(settings->warmup_ms);
  double from_ms = now_ms(), from_cpu_us = cpu_us();
  pass(settings->run_ms);
  say("{\"associations\":%d,\"ms\":%.3f,\"cpuUs\":%.0f,\"memoryBytes\":%ld}", settings->count, now_ms() - from_ms,
      cpu_us() - from_cpu_us, resident_bytes() - before_bytes);
}

void serve_idle(const struct settings *settings) {
  struct socket *listener = listening(settings, ignore);
  say("{\"ready\":true}");
  for (int i = 0; i < settings->warmup; i++) accepted(listener);
  long before_bytes = resident_bytes();
  for (int i = 0; i < settings->count; i++) accepted(listener);
  measure(settings, before_bytes);
}

void drive_idle(const struct settings *settings) {
  for (int i = 0; i < settings->warmup; i++) connected(settings, ignore);
  long before_bytes = resident_bytes();
  for (int i = 0; i < settings->count; i++) connected(settings, ignore);
  measure(settings, before_bytes);
}
