import type { BusySecond, ClusterHost } from './host.ts';

/** Messages that a host may send for each channel in a second: registrars that meet need about seven. */
const PER_CHANNEL = 10;
/** And for none: what goes out in a burst when it starts. */
const BASE = 40;
/** Changes of one element in a second, each told to each peer and to each subscriber. */
const CHANGES_PER_ELEMENT = 3;

/**
 * No message storm: what a host sends in a second is bounded by what it knows. Every procedure of ASAP and ENRP is a
 * question and an answer on a channel, so a few messages for each channel. Only changes of elements go to everybody:
 * HANDLE_UPDATE to all peers, HANDLE_RESOLUTION_RESPONSE to those who subscribed, which is one for each channel.
 *
 * @throws Error
 */
export function checkBusySecond(
  { name }: ClusterHost,
  { messages, updates, channels }: BusySecond,
  elements: number,
): void {
  const bound = BASE + PER_CHANNEL * channels;
  if (messages > bound) {
    throw new Error(`${name} sent ${messages} messages in a second, with ${channels} channels: more than ${bound}`);
  }
  const updateBound = channels * (20 + CHANGES_PER_ELEMENT * elements);
  if (updates > updateBound) {
    throw new Error(`${name} sent ${updates} updates in a second: more than ${updateBound}`);
  }
}
