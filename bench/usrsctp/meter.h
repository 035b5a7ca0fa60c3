#pragma once

#include <stddef.h>
#include <stdint.h>

/* Counts messages and, once it is warm, the time and the CPU time that they take. */
struct meter {
  double warmup_ms;
  double first_ms; /* of the first message */
  double warm_ms;  /* 0 until it is warm */
  double warm_cpu_us;
  uint32_t warm_messages;
  uint32_t messages;
};

/* Monotonic clock, milliseconds with fractions. */
double now_ms(void);

/* CPU time of this process, all its threads, microseconds. */
double cpu_us(void);

/* Resident memory, bytes. */
long resident_bytes(void);

void meter_count(struct meter *meter);

/* Milliseconds since it is warm, 0 before. */
double meter_warm_for(const struct meter *meter);

/* The line of this meter for the bench. */
void meter_report(const struct meter *meter);
