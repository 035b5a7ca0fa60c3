/* Messages one way: the client sends for as long as it is told to, the server checks and counts them. */
#include <stdlib.h>

#include "cases.h"
#include "endpoint.h"
#include "message.h"
#include "meter.h"
#include "say.h"

static struct {
  struct meter meter;
  struct joiner joiner;
  size_t bytes;
} server;

static void take(const struct joiner *message) {
  if (message->length == END_BYTES && get_u32(message->data) == END) {
    if (get_u32(message->data + 4) != server.meter.messages) fail("messages are missing");
    meter_report(&server.meter);
    return;
  }
  if (message->length != server.bytes) fail("a message of %zu bytes", message->length);
  if (get_u32(message->data) != server.meter.messages) fail("messages out of order");
  meter_count(&server.meter);
}

static int receive(struct socket *socket, union sctp_sockstore from, void *data, size_t length,
                   struct sctp_rcvinfo info, int flags, void *own) {
  (void)socket, (void)from, (void)info, (void)own;
  if (data == NULL || (flags & MSG_NOTIFICATION)) {
    free(data);
    return 1;
  }
  if (!join(&server.joiner, data, length, flags & MSG_EOR)) return 1;
  take(&server.joiner);
  forget(&server.joiner);
  return 1;
}

void serve_stream(const struct settings *settings) {
  server.bytes = settings->bytes;
  server.meter.warmup_ms = settings->warmup_ms;
  struct socket *listener = listening(settings, receive);
  say("{\"ready\":true}");
  accepted(listener);
}

void drive_stream(const struct settings *settings) {
  struct socket *socket = connected(settings, NULL);
  struct meter meter = {.warmup_ms = settings->warmup_ms};
  uint8_t *message = calloc(1, settings->bytes);
  while (meter_warm_for(&meter) < settings->run_ms) {
    put_u32(message, meter.messages);
    send_message(socket, message, settings->bytes);
    meter_count(&meter);
  }
  put_u32(message, END);
  put_u32(message + 4, meter.messages);
  send_message(socket, message, END_BYTES);
  meter_report(&meter);
}
