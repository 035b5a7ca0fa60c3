import type { BusySecond, ClusterHost } from './host.ts';

/** Messages that a host may send for each channel in a second: registrars that meet need about seven. */
const PER_CHANNEL = 10;
/** And for none: what goes out in a burst when it starts. */
const BASE = 40;
/** Changes of one element in a second, each told to each peer and to each subscriber. */
const CHANGES_PER_ELEMENT = 3;
/** INIT_TAKEOVER and TAKEOVER_SERVER to each peer for each registrar that is lost; who only agrees sends less. */
const MESSAGES_PER_TAKEOVER = 2;

/**
 * No message storm: what a host sends in a second is bounded by what it knows. Every procedure of ASAP and ENRP is a
 * question and an answer on a channel, so a few messages for each channel. Only two things go to everybody: changes of
 * elements, by HANDLE_UPDATE to all peers and by HANDLE_RESOLUTION_RESPONSE to those who subscribed, which is one for each
 * channel; and takeovers, of as many registrars as are lost at once.
 *
 * @throws Error
 */
export function checkBusySecond(
  { name }: ClusterHost,
  { messages, updates, takeovers, channels }: BusySecond,
  elements: number,
  registrars: number,
): void {
  const bound = BASE + PER_CHANNEL * channels;
  if (messages > bound) {
    throw new Error(`${name} sent ${messages} messages in a second, with ${channels} channels: more than ${bound}`);
  }
  const takeoverBound = BASE + MESSAGES_PER_TAKEOVER * registrars * registrars;
  if (takeovers > takeoverBound) {
    throw new Error(`${name} sent ${takeovers} messages of takeovers in a second: more than ${takeoverBound}`);
  }
  const updateBound = channels * (20 + CHANGES_PER_ELEMENT * elements);
  if (updates > updateBound) {
    throw new Error(`${name} sent ${updates} updates in a second: more than ${updateBound}`);
  }
}
