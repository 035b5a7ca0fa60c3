#pragma once

#include <usrsctp.h>

#include "settings.h"

#define SCTP_PORT 5001

/* What usrsctp calls with whole messages or pieces of them. */
typedef int receiver(struct socket *, union sctp_sockstore, void *, size_t, struct sctp_rcvinfo, int, void *);

/* Drops them. */
int ignore(struct socket *, union sctp_sockstore, void *, size_t, struct sctp_rcvinfo, int, void *);

/* Starts usrsctp on its UDP port. */
void start_stack(const struct settings *settings);

/* A socket that listens at SCTP_PORT. */
struct socket *listening(const struct settings *settings, receiver *receive);

/* The next association of a listening socket. */
struct socket *accepted(struct socket *listener);

/* An association with the other program. */
struct socket *connected(const struct settings *settings, receiver *receive);

/* Sends one message on stream 0, ordered and reliable; waits for room. */
void send_message(struct socket *socket, const void *data, size_t length);
