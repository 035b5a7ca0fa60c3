#pragma once

#include <stddef.h>
#include <stdint.h>

/* A message begins with its number; the last one of a run has END_BYTES and begins with END, then the count. */
#define END 0xffffffffu
#define END_BYTES 8

void put_u32(uint8_t *place, uint32_t value);
uint32_t get_u32(const uint8_t *place);

/* Joins the pieces in which usrsctp hands over a message that is longer than it likes. */
struct joiner {
  uint8_t *data;
  size_t length;
};

/* Takes a piece over; true when the message is whole. */
int join(struct joiner *joiner, void *piece, size_t length, int last);

/* Frees the message. */
void forget(struct joiner *joiner);
