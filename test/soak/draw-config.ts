import type { EndpointConfig } from '../../src/sctp/core/config.ts';
import type { SeededRandom } from '../harness/random.ts';
import { between, magnitude, pick } from './draw.ts';

/** Any configuration that can work on the networks of `draw-links.ts`; every setting is left at its default at times. */
export function drawConfig(random: SeededRandom): Partial<EndpointConfig> {
  const rtoMinMs = pick(random, [20, 100, 200, 1000]);
  const rtoMaxMs = Math.max(rtoMinMs, pick(random, [500, 2000, 10_000, 60_000]));
  const receiveBufferBytes = magnitude(random, 1500, 200_000);
  const all: Required<Pick<EndpointConfig, SoakSetting>> = {
    rtoMinMs,
    rtoMaxMs,
    rtoInitialMs: Math.min(rtoMaxMs, pick(random, [50, 300, 1000, 3000])),
    maxBurstPackets: between(random, 1, 10),
    associationMaxRetrans: between(random, 2, 20),
    pathMaxRetrans: between(random, 0, 6),
    maxInitRetransmits: between(random, 2, 12),
    heartbeatIntervalMs: pick(random, [300, 1000, 5000, 30_000]),
    heartbeats: random.chance(0.8),
    sackDelayMs: pick(random, [0, 20, 200, 500]),
    sackEveryPackets: between(random, 1, 4),
    receiveBufferBytes,
    sendBufferBytes: magnitude(random, 1, 200_000),
    outboundStreams: magnitude(random, 1, 100),
    maxInboundStreams: magnitude(random, 1, 100),
    pathMtuBytes: pick(random, [576, 600, 1280, 1500, 9000]),
    shutdownGuardRtos: between(random, 5, 10),
    validCookieLifeMs: pick(random, [200, 5000, 60_000]),
    cookieKeyLifeMs: pick(random, [1000, 60_000]),
    partialReliability: random.chance(0.8),
  };
  // A timer that is shorter than the network's round trip, over and over, is a fault of its own: see INVARIANTS.
  const names = Object.keys(all) as SoakSetting[];
  const bound: readonly SoakSetting[] = ['rtoMinMs', 'rtoMaxMs', 'rtoInitialMs'];
  return Object.fromEntries(
    names.filter((name) => bound.includes(name) || random.chance(0.6)).map((name) => [name, all[name]]),
  );
}

type SoakSetting =
  | 'rtoMinMs'
  | 'rtoMaxMs'
  | 'rtoInitialMs'
  | 'maxBurstPackets'
  | 'associationMaxRetrans'
  | 'pathMaxRetrans'
  | 'maxInitRetransmits'
  | 'heartbeatIntervalMs'
  | 'heartbeats'
  | 'sackDelayMs'
  | 'sackEveryPackets'
  | 'receiveBufferBytes'
  | 'sendBufferBytes'
  | 'outboundStreams'
  | 'maxInboundStreams'
  | 'pathMtuBytes'
  | 'shutdownGuardRtos'
  | 'validCookieLifeMs'
  | 'cookieKeyLifeMs'
  | 'partialReliability';
