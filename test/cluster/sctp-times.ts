import { type EndpointConfig, endpointConfig } from '../../src/sctp/core/config.ts';

/** When SCTP sends what got lost again, and when it gives up: all that a channel shows of it. RFC 9260 §6.3, §8. */
export class SctpTimes {
  readonly #config: EndpointConfig;

  constructor(config: Partial<EndpointConfig> = {}) {
    this.#config = endpointConfig(config);
  }

  /** Pause before the retransmission with this number, from 1 on; `undefined` if the association is given up instead. */
  retransmissionPauseMs(attempt: number): number | undefined {
    const { rtoMinMs, rtoMaxMs, associationMaxRetrans } = this.#config;
    if (attempt > associationMaxRetrans + 1) return undefined;
    return Math.min(rtoMaxMs, rtoMinMs * 2 ** (attempt - 1));
  }

  /** The same for an INIT, or for a COOKIE ECHO. */
  setUpPauseMs(attempt: number): number | undefined {
    const { rtoInitialMs, rtoMaxMs, maxInitTimeoutMs, maxInitRetransmits } = this.#config;
    if (attempt > maxInitRetransmits + 1) return undefined;
    return Math.min(rtoMaxMs, maxInitTimeoutMs, rtoInitialMs * 2 ** (attempt - 1));
  }

  /** From one HEARTBEAT of an idle association to the next, after so many that were not acknowledged. §8.3. */
  heartbeatPauseMs(errors: number, random: number): number {
    const { heartbeatIntervalMs, rtoMinMs, rtoMaxMs } = this.#config;
    const rtoMs = Math.min(rtoMaxMs, rtoMinMs * 2 ** errors);
    return heartbeatIntervalMs + rtoMs * (0.5 + random);
  }

  /** Unacknowledged HEARTBEATs that end an association. §8.1. */
  get maxHeartbeatErrors(): number {
    return this.#config.associationMaxRetrans;
  }

  /** The longest time until a message to a dead peer ends the association. */
  get detectionMs(): number {
    let sum = 0;
    for (let i = 1; ; i++) {
      const pauseMs = this.retransmissionPauseMs(i);
      if (pauseMs === undefined) return sum;
      sum += pauseMs;
    }
  }
}

/** How long a graceful end is waited for before the association is aborted, as the drivers of the roles do. */
export const GRACEFUL_CLOSE_MS = 5000;
