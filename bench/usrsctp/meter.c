#include "meter.h"

#include <stdio.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "say.h"

double now_ms(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return now.tv_sec * 1e3 + now.tv_nsec / 1e6;
}

static double us_of(struct timeval time) { return time.tv_sec * 1e6 + time.tv_usec; }

double cpu_us(void) {
  struct rusage usage;
  getrusage(RUSAGE_SELF, &usage);
  return us_of(usage.ru_utime) + us_of(usage.ru_stime);
}

long resident_bytes(void) {
  long pages = 0;
  FILE *file = fopen("/proc/self/statm", "r");
  if (file == NULL || fscanf(file, "%*d %ld", &pages) != 1) fail("no /proc/self/statm");
  fclose(file);
  return pages * sysconf(_SC_PAGESIZE);
}

void meter_count(struct meter *meter) {
  double now = now_ms();
  if (meter->messages == 0) meter->first_ms = now;
  meter->messages++;
  if (meter->warm_ms != 0 || now - meter->first_ms < meter->warmup_ms) return;
  meter->warm_ms = now;
  meter->warm_cpu_us = cpu_us();
  meter->warm_messages = meter->messages;
}

double meter_warm_for(const struct meter *meter) { return meter->warm_ms == 0 ? 0 : now_ms() - meter->warm_ms; }

void meter_report(const struct meter *meter) {
  say("{\"total\":%u,\"messages\":%u,\"ms\":%.3f,\"cpuUs\":%.0f}", meter->messages,
      meter->messages - meter->warm_messages, meter_warm_for(meter), cpu_us() - meter->warm_cpu_us);
}
