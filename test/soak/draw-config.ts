import type { EndpointConfig } from '../../src/sctp/core/config.ts';
import { SCHEDULERS } from '../../src/sctp/tx/scheduling.ts';
import type { SeededRandom } from '../harness/random.ts';
import { between, magnitude, pick } from './draw.ts';

type Config = Partial<EndpointConfig>;

/** Any configuration that can work on the networks of `draw-links.ts`; most settings are left at their defaults at times. */
export function drawConfig(random: SeededRandom): Config {
  return { ...someOf(random, single(random)), ...rtos(random), ...deliveries(random) };
}

/** Settings that have nothing to do with each other. */
function single(random: SeededRandom): Config {
  return {
    maxBurstPackets: between(random, 1, 10),
    associationMaxRetrans: between(random, 2, 20),
    pathMaxRetrans: between(random, 0, 6),
    maxInitRetransmits: between(random, 2, 12),
    heartbeatIntervalMs: pick(random, [300, 1000, 5000, 30_000]),
    heartbeats: random.chance(0.8),
    sackDelayMs: pick(random, [0, 20, 200, 500]),
    sackEveryPackets: between(random, 1, 4),
    receiveBufferBytes: magnitude(random, 1500, 200_000),
    sendBufferBytes: magnitude(random, 1, 200_000),
    maxFragmentBytes: pick(random, [0, 0, 100, 1000]),
    outboundStreams: magnitude(random, 1, 100),
    maxInboundStreams: magnitude(random, 1, 100),
    pathMtuBytes: pick(random, [576, 600, 1280, 1500, 9000]),
    shutdownGuardRtos: between(random, 5, 10),
    validCookieLifeMs: pick(random, [200, 5000, 60_000]),
    cookieKeyLifeMs: pick(random, [1000, 60_000]),
    partialReliability: random.chance(0.8),
    dataWithCookieEcho: random.chance(0.4),
    scheduler: pick(random, SCHEDULERS),
    streamReconfiguration: random.chance(0.8),
    allowStreamResets: random.chance(0.8),
    allowAssociationResets: random.chance(0.8),
    allowStreamAdditions: random.chance(0.8),
  };
}

function rtos(random: SeededRandom): Config {
  const rtoMinMs = pick(random, [20, 100, 200, 1000]);
  const rtoMaxMs = Math.max(rtoMinMs, pick(random, [500, 2000, 10_000, 60_000]));
  return { rtoMinMs, rtoMaxMs, rtoInitialMs: Math.min(rtoMaxMs, pick(random, [50, 300, 1000, 3000])) };
}

/** Messages that are interleaved can fill the buffer with beginnings: then they have to go up in parts. */
function deliveries(random: SeededRandom): Config {
  const interleaving = random.chance(0.4);
  const inParts = interleaving || random.chance(0.2);
  return { interleaving, partialDeliveryBytes: inParts ? magnitude(random, 1, 10_000) : 0 };
}

function someOf(random: SeededRandom, config: Config): Config {
  return Object.fromEntries(Object.entries(config).filter(() => random.chance(0.6)));
}
