#include "message.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

void put_u32(uint8_t *place, uint32_t value) {
  value = htonl(value);
  memcpy(place, &value, sizeof value);
}

uint32_t get_u32(const uint8_t *place) {
  uint32_t value;
  memcpy(&value, place, sizeof value);
  return ntohl(value);
}

int join(struct joiner *joiner, void *piece, size_t length, int last) {
  if (joiner->data == NULL) {
    joiner->data = piece;
    joiner->length = length;
    return last;
  }
  joiner->data = realloc(joiner->data, joiner->length + length);
  memcpy(joiner->data + joiner->length, piece, length);
  joiner->length += length;
  free(piece);
  return last;
}

void forget(struct joiner *joiner) {
  free(joiner->data);
  *joiner = (struct joiner){0};
}
