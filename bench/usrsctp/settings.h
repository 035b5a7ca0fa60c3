#pragma once

/* What the command line asks for, as name=value; 0 for what it does not name. */
struct settings {
  int port;      /* own UDP port */
  int peer;      /* UDP port of the other program */
  int mtu;       /* path MTU, bytes */
  int bytes;     /* length of a message */
  int warmup_ms; /* left out of the figures */
  int run_ms;
  int warmup;    /* associations left out of the figures */
  int count;     /* associations */
};

struct settings read_settings(int count, char *const words[]);
