/* Associations set up one after the other and held: how soon, at what cost, and in how much memory. */
#include <unistd.h>

#include "cases.h"
#include "endpoint.h"
#include "meter.h"
#include "say.h"

#define SETTLE_US 300000

static void report(int count, double ms, double cpu, long before_bytes) {
  usleep(SETTLE_US);
  say("{\"associations\":%d,\"ms\":%.3f,\"cpuUs\":%.0f,\"memoryBytes\":%ld}", count, ms, cpu,
      resident_bytes() - before_bytes);
}

void serve_associations(const struct settings *settings) {
  struct socket *listener = listening(settings, ignore);
  say("{\"ready\":true}");
  for (int i = 0; i < settings->warmup; i++) accepted(listener);
  long before_bytes = resident_bytes();
  double from_ms = now_ms(), from_cpu_us = cpu_us();
  for (int i = 0; i < settings->count; i++) accepted(listener);
  report(settings->count, now_ms() - from_ms, cpu_us() - from_cpu_us, before_bytes);
}

void drive_associations(const struct settings *settings) {
  for (int i = 0; i < settings->warmup; i++) connected(settings, ignore);
  usleep(SETTLE_US);
  long before_bytes = resident_bytes();
  double from_ms = now_ms(), from_cpu_us = cpu_us();
  for (int i = 0; i < settings->count; i++) connected(settings, ignore);
  report(settings->count, now_ms() - from_ms, cpu_us() - from_cpu_us, before_bytes);
}
