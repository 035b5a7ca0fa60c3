/* Request and answer: one message at a time goes there and back, both from usrsctp's callback. */
#include <stdlib.h>

#include "cases.h"
#include "endpoint.h"
#include "message.h"
#include "meter.h"
#include "say.h"

#define MAX_ROUND_TRIPS 10000000
#define MAX_BYTES 4096

static struct {
  const struct settings *settings;
  struct meter meter;
  double sent_ms;
  double *round_trips_ms;
  size_t measured;
} state;

static int is_message(void *data, int flags) { return data != NULL && !(flags & MSG_NOTIFICATION); }

static int answer(struct socket *socket, union sctp_sockstore from, void *data, size_t length,
                  struct sctp_rcvinfo info, int flags, void *own) {
  (void)from, (void)info, (void)own;
  if (is_message(data, flags)) {
    if (length == END_BYTES && get_u32(data) == END) {
      meter_report(&state.meter);
    } else {
      send_message(socket, data, length);
      meter_count(&state.meter);
    }
  }
  free(data);
  return 1;
}

static int compare(const void *a, const void *b) {
  double difference = *(const double *)a - *(const double *)b;
  return (difference > 0) - (difference < 0);
}

static double percentile_us(double part) {
  size_t index = part * state.measured;
  return 1e3 * state.round_trips_ms[index < state.measured ? index : state.measured - 1];
}

static void report(void) {
  const struct meter *meter = &state.meter;
  if (state.measured == 0) fail("no answers");
  double ms = meter_warm_for(meter), cpu = cpu_us() - meter->warm_cpu_us;
  qsort(state.round_trips_ms, state.measured, sizeof *state.round_trips_ms, compare);
  say("{\"total\":%u,\"messages\":%u,\"ms\":%.3f,\"cpuUs\":%.0f,\"p50Us\":%.2f,\"p99Us\":%.2f}", meter->messages,
      meter->messages - meter->warm_messages, ms, cpu, percentile_us(0.5), percentile_us(0.99));
}

static void ask(struct socket *socket) {
  uint8_t message[MAX_BYTES] = {0};
  put_u32(message, state.meter.messages);
  state.sent_ms = now_ms();
  send_message(socket, message, state.settings->bytes);
}

static void end(struct socket *socket) {
  uint8_t message[END_BYTES];
  put_u32(message, END);
  put_u32(message + 4, state.meter.messages);
  send_message(socket, message, sizeof message);
  report();
}

static int next(struct socket *socket, union sctp_sockstore from, void *data, size_t length, struct sctp_rcvinfo info,
                int flags, void *own) {
  (void)from, (void)info, (void)own;
  if (is_message(data, flags)) {
    if (length != (size_t)state.settings->bytes || get_u32(data) != state.meter.messages) fail("not the answer");
    if (state.meter.warm_ms != 0 && state.measured < MAX_ROUND_TRIPS) {
      state.round_trips_ms[state.measured++] = now_ms() - state.sent_ms;
    }
    meter_count(&state.meter);
    if (meter_warm_for(&state.meter) < state.settings->run_ms) ask(socket);
    else end(socket);
  }
  free(data);
  return 1;
}

static void prepare(const struct settings *settings) {
  state.settings = settings;
  state.meter.warmup_ms = settings->warmup_ms;
}

void serve_ping(const struct settings *settings) {
  prepare(settings);
  struct socket *listener = listening(settings, answer);
  say("{\"ready\":true}");
  accepted(listener);
}

void drive_ping(const struct settings *settings) {
  prepare(settings);
  state.round_trips_ms = malloc(MAX_ROUND_TRIPS * sizeof *state.round_trips_ms);
  ask(connected(settings, next));
}
