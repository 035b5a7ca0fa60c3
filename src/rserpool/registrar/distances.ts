import type { ChannelId } from '../role.ts';
import type { PoolElementParameter } from '../wire/element.ts';

/** Round trip times are known no better, and an element whose distance changed would be announced anew. */
const STEP_MS = 50;
const MAX_DISTANCE_MS = 0xffffffff;

/**
 * How far elements are, for rsplib's policies with a delay penalty: the home registrar notes half of the round trip to
 * the element, and every registrar that hears of it adds half of the round trip to its home.
 */
export class Distances {
  readonly #roundTripMs: (channel: ChannelId) => number | undefined;

  /** @param roundTripMs smoothed round trip of a channel, if it was measured */
  constructor(roundTripMs: (channel: ChannelId) => number | undefined) {
    this.#roundTripMs = roundTripMs;
  }

  /** An element that registers on this channel. Policies without a distance come back as they are. */
  ofElement(element: PoolElementParameter, channel: ChannelId): PoolElementParameter {
    return 'distanceMs' in element.policy ? withDistance(element, this.#halfWay(channel)) : element;
  }

  /** An element that a peer told of on this channel. */
  viaPeer(element: PoolElementParameter, channel: ChannelId | undefined): PoolElementParameter {
    if (!('distanceMs' in element.policy) || channel === undefined) return element;
    return withDistance(element, element.policy.distanceMs + this.#halfWay(channel));
  }

  #halfWay(channel: ChannelId): number {
    return Math.round((this.#roundTripMs(channel) ?? 0) / 2 / STEP_MS) * STEP_MS;
  }
}

function withDistance(element: PoolElementParameter, distanceMs: number): PoolElementParameter {
  const policy = { ...element.policy, distanceMs: Math.min(MAX_DISTANCE_MS, distanceMs) };
  return { ...element, policy };
}
