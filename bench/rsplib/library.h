#pragma once

/*
 * What the driver uses of librsphsmgt and libtdnetutilities, version 3. Their package comes without headers for these
 * functions; types that only go through are void.
 */
#include <netinet/in.h>
#include <stddef.h>
#include <stdint.h>

/* Its size is not known here: less than this. */
#define HANDLESPACE_BYTES 4096

struct PoolHandle {
  size_t size;
  unsigned char bytes[32];
};

struct PoolPolicySettings {
  unsigned type, weight, load, load_degradation, load_dpf, weight_dpf, distance_ms;
};

union address {
  struct sockaddr_in in;
  struct sockaddr_in6 in6;
};

struct TransportAddressBlock {
  void *next;
  int protocol;
  uint16_t port, flags;
  size_t addresses;
  union address address[1];
};

void poolHandleNew(struct PoolHandle *, const unsigned char *bytes, size_t size);
void poolPolicySettingsNew(struct PoolPolicySettings *);
void transportAddressBlockNew(struct TransportAddressBlock *, int protocol, uint16_t port, uint16_t flags,
                              const union address *, size_t addresses, size_t most_addresses);

#define NAMED(function) function##_SimpleRedBlackTree
#define handlespace_new NAMED(poolHandlespaceManagementNew)
#define handlespace_clear NAMED(poolHandlespaceManagementClear)
#define handlespace_elements NAMED(poolHandlespaceManagementGetPoolElements)
#define handlespace_register NAMED(poolHandlespaceManagementRegisterPoolElement)
#define handlespace_set_expiry NAMED(poolHandlespaceManagementRestartPoolElementExpiryTimer)
#define handlespace_find NAMED(poolHandlespaceManagementFindPoolElement)
#define handlespace_resolve NAMED(poolHandlespaceManagementHandleResolution)

void handlespace_new(void *handlespace, uint32_t home, void *pool_disposer, void *element_disposer, void *data);
void handlespace_clear(void *handlespace);
size_t handlespace_elements(const void *handlespace);
/* Returns 0 if it went well, as handlespace_resolve does. */
unsigned handlespace_register(void *handlespace, const struct PoolHandle *, uint32_t home, uint32_t identifier,
                              unsigned life_ms, const struct PoolPolicySettings *,
                              const struct TransportAddressBlock *user, const struct TransportAddressBlock *asap,
                              int socket, int32_t association, unsigned long long now_us, void **element);
void handlespace_set_expiry(void *handlespace, void *element, unsigned long long timeout_us);
void *handlespace_find(void *handlespace, const struct PoolHandle *, uint32_t identifier);
unsigned handlespace_resolve(void *handlespace, const struct PoolHandle *, void **elements, size_t *count, size_t limit,
                             size_t increment);
