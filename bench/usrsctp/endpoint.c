#include "endpoint.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "say.h"

/* What programs with usrsctp give it when they move much. */
#define BUFFER_BYTES (1024 * 1024)

/* IPv4, UDP and SCTP common header: usrsctp's path MTU is what remains for chunks. */
#define HEADER_BYTES (20 + 8 + 12)

static struct sockaddr_in loopback(int sctp_port) {
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(sctp_port)};
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

int ignore(struct socket *socket, union sctp_sockstore from, void *data, size_t length, struct sctp_rcvinfo info,
           int flags, void *own) {
  (void)socket, (void)from, (void)length, (void)info, (void)flags, (void)own;
  free(data);
  return 1;
}

void start_stack(const struct settings *settings) { usrsctp_init(settings->port, NULL, NULL); }

static void set_number(struct socket *socket, int level, int option, int value, const char *what) {
  check(usrsctp_setsockopt(socket, level, option, &value, sizeof value), what);
}

static void set_path_mtu(struct socket *socket, int mtu) {
  struct sctp_paddrparams parameters = {0};
  parameters.spp_address.ss_family = AF_INET;
  parameters.spp_flags = SPP_PMTUD_DISABLE;
  parameters.spp_pathmtu = mtu - HEADER_BYTES;
  check(usrsctp_setsockopt(socket, IPPROTO_SCTP, SCTP_PEER_ADDR_PARAMS, &parameters, sizeof parameters), "path MTU");
}

static void set_udp_port_of_peer(struct socket *socket, int port) {
  struct sctp_udpencaps encapsulation = {.sue_port = htons(port)};
  encapsulation.sue_address.ss_family = AF_INET;
  check(usrsctp_setsockopt(socket, IPPROTO_SCTP, SCTP_REMOTE_UDP_ENCAPS_PORT, &encapsulation, sizeof encapsulation),
        "UDP port of the peer");
}

static struct socket *opened(const struct settings *settings, receiver *receive) {
  struct socket *socket = usrsctp_socket(AF_INET, SOCK_STREAM, IPPROTO_SCTP, receive, NULL, 0, NULL);
  if (socket == NULL) fail("usrsctp_socket failed");
  set_number(socket, SOL_SOCKET, SO_SNDBUF, BUFFER_BYTES, "send buffer");
  set_number(socket, SOL_SOCKET, SO_RCVBUF, BUFFER_BYTES, "receive buffer");
  set_number(socket, IPPROTO_SCTP, SCTP_NODELAY, 1, "no delay");
  set_path_mtu(socket, settings->mtu);
  set_udp_port_of_peer(socket, settings->peer);
  return socket;
}

struct socket *listening(const struct settings *settings, receiver *receive) {
  struct socket *socket = opened(settings, receive);
  struct sockaddr_in address = loopback(SCTP_PORT);
  check(usrsctp_bind(socket, (struct sockaddr *)&address, sizeof address), "bind");
  check(usrsctp_listen(socket, 128), "listen");
  return socket;
}

struct socket *accepted(struct socket *listener) {
  struct socket *socket = usrsctp_accept(listener, NULL, NULL);
  if (socket == NULL) fail("usrsctp_accept failed");
  return socket;
}

struct socket *connected(const struct settings *settings, receiver *receive) {
  struct socket *socket = opened(settings, receive);
  /* Our address alone: others are no way to the peer here. */
  struct sockaddr_in own = loopback(0);
  check(usrsctp_bind(socket, (struct sockaddr *)&own, sizeof own), "bind");
  struct sockaddr_in peer = loopback(SCTP_PORT);
  check(usrsctp_connect(socket, (struct sockaddr *)&peer, sizeof peer), "connect");
  return socket;
}

void send_message(struct socket *socket, const void *data, size_t length) {
  if (usrsctp_sendv(socket, data, length, NULL, 0, NULL, 0, SCTP_SENDV_NOINFO, 0) != (ssize_t)length) fail("send failed");
}
