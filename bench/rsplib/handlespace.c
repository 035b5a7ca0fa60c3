/* rsplib's handlespace alone: PROGRAM TYPE ELEMENTS MS INCREMENT. Prints one line of JSON; bench/handlespace/workload.ts is its twin. */
#include <arpa/inet.h>
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "library.h"

#define HOME 0x10203040
#define ITEMS 3
#define CHUNK 10000
#define LIFE_MS 300000

static _Alignas(64) char handlespace[HANDLESPACE_BYTES];
static struct PoolHandle pool;
static struct PoolPolicySettings policy;
static unsigned elements;
/* So many elements of an answer are used: they change places, and degrade where the policy says so. */
static size_t increment;
static unsigned long long now_us;

static void fail(const char *what) {
  printf("{\"error\":\"%s\"}\n", what);
  exit(1);
}

static double cpu_ms(void) {
  struct timespec now;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return now.tv_sec * 1e3 + now.tv_nsec / 1e6;
}

/* Spreads numbers over 32 bits; different ones stay different. */
static uint32_t mixed(uint32_t number) { return number * 2654435761u; }

static void transport(struct TransportAddressBlock *block, unsigned index) {
  union address address = {.in = {AF_INET, htons(5000), {htonl(0x0a000000 + index)}, {0}}};
  transportAddressBlockNew(block, IPPROTO_SCTP, 5000, 0, &address, 1, 1);
}

static void register_element(unsigned index, unsigned pass) {
  struct TransportAddressBlock user, asap;
  void *element;
  transport(&user, index);
  transport(&asap, index);
  policy.weight = 1 + index % 10;
  policy.load = mixed(index + 7 * pass) >> 8;
  policy.load_degradation = policy.load_dpf = policy.weight_dpf = 1 << 20;
  policy.distance_ms = index % 100;
  now_us++;
  if (handlespace_register(handlespace, &pool, HOME, mixed(index + 1), LIFE_MS, &policy, &user, &asap, 1, index, now_us,
                           &element) != 0)
    fail("an element was refused");
  handlespace_set_expiry(handlespace, element, now_us + LIFE_MS * 1000ull);
}

static void register_all(void) {
  for (unsigned index = 0; index < elements; index++) register_element(index, 0);
}

static double registrations(double ms) {
  double spent = 0;
  unsigned long long count = 0;
  while (spent < ms) {
    handlespace_clear(handlespace);
    double began = cpu_ms();
    register_all();
    spent += cpu_ms() - began;
    count += elements;
  }
  return count / spent * 1e3;
}

/* Not in the order of registration: 7919 is a prime that divides no number of elements. */
static double reregistrations(double ms) {
  double began = cpu_ms(), spent = 0;
  unsigned long long count = 0;
  while (spent < ms) {
    for (unsigned i = 0; i < CHUNK; i++, count++)
      register_element((unsigned)(count * 7919 % elements), (unsigned)(count / elements) + 1);
    spent = cpu_ms() - began;
  }
  return count / spent * 1e3;
}

static double resolutions(double ms) {
  double began = cpu_ms(), spent = 0;
  unsigned long long count = 0;
  void *found[ITEMS];
  while (spent < ms) {
    for (unsigned i = 0; i < CHUNK; i++, count++) {
      size_t items = ITEMS;
      if (handlespace_resolve(handlespace, &pool, found, &items, ITEMS, increment) != 0 || items != ITEMS) fail("no 3 elements");
    }
    spent = cpu_ms() - began;
  }
  return count / spent * 1e3;
}

int main(int count, char *words[]) {
  if (count != 5) fail("PROGRAM TYPE ELEMENTS MS INCREMENT");
  double ms = atof(words[3]);
  elements = (unsigned)atol(words[2]);
  increment = (size_t)atol(words[4]);
  poolHandleNew(&pool, (const unsigned char *)"EchoPool", 8);
  poolPolicySettingsNew(&policy);
  policy.type = (unsigned)strtoul(words[1], NULL, 0);
  handlespace_new(handlespace, HOME, NULL, NULL, NULL);
  size_t before = mallinfo2().uordblks;
  register_all();
  double bytes = (double)(mallinfo2().uordblks - before) / elements;
  double registered = registrations(ms), reregistered = reregistrations(ms), resolved = resolutions(ms);
  if (handlespace_elements(handlespace) != elements) fail("elements are missing");
  for (unsigned index = 0; index < elements; index++)
    if (handlespace_find(handlespace, &pool, mixed(index + 1)) == NULL) fail("an element is missing");
  printf("{\"register\":%.0f,\"reregister\":%.0f,\"resolve\":%.0f,\"bytes\":%.1f}\n", registered, reregistered, resolved,
         bytes);
  return 0;
}
