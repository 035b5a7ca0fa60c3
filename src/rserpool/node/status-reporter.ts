import { isIpv6 } from '../../base/address.ts';
import type { Instant } from '../../base/contract.ts';
import { type DatagramSocket, nodeSubstrate, type Substrate } from '../../sctp/index.ts';
import { RSerPoolError } from '../errors.ts';
import type { ComponentStatus } from '../status/component-status.ts';
import { CSP_PORT, encodeReport } from '../status/report.ts';
import { resolveTarget } from './target.ts';

/** Whoever can be reported: a registrar, a pool element, a pool user. */
export interface StatusSource {
  componentStatus(): ComponentStatus;
}

export interface StatusReporterOptions {
  /** Who collects the reports, as `HOST[:PORT]`; UDP port 2960 unless given. */
  readonly collector: string;
  /** Between two reports, ms; 1000 unless given. */
  readonly intervalMs?: number | undefined;
  /** Local address to send from; any unless given. */
  readonly address?: string | undefined;
  readonly substrate?: Substrate | undefined;
}

/**
 * Reports how a registrar, a pool element or a pool user is to a collector, by rsplib's Component Status Protocol (CSP):
 * `rserpool status` and rsplib's `cspmonitor` show it. One UDP datagram an interval; nothing is lost without a collector.
 */
export class StatusReporter {
  readonly #source: StatusSource;
  readonly #intervalMs: number;
  readonly #substrate: Substrate;
  readonly #startedAt: Instant;
  /** By the component that each leads to. */
  readonly #since = new Map<string, Instant>();
  #send: (report: Uint8Array) => void = () => undefined;
  #socket: DatagramSocket | undefined;
  #cancelTimer: (() => void) | undefined;

  private constructor(source: StatusSource, { intervalMs = 1000, substrate = nodeSubstrate }: StatusReporterOptions) {
    if (!(intervalMs >= 100 && intervalMs <= 3_600_000)) {
      throw new RSerPoolError('ERR_RSERPOOL_BAD_ARGUMENT', `intervalMs takes 100 to 3600000, not ${intervalMs}`);
    }
    this.#source = source;
    this.#intervalMs = intervalMs;
    this.#substrate = substrate;
    this.#startedAt = substrate.now();
  }

  /**
   * Sends a report now, and one every interval until `close`.
   *
   * @throws (rejects) RSerPoolError `ERR_RSERPOOL_BAD_ARGUMENT`; SctpError if no socket can be opened
   */
  static async start(source: StatusSource, options: StatusReporterOptions): Promise<StatusReporter> {
    const reporter = new StatusReporter(source, options);
    const { addresses, port } = await resolveTarget(options.collector, CSP_PORT);
    const collector = addresses[0]!;
    const socket = await reporter.#substrate.openSocket({
      address: options.address ?? (isIpv6(collector) ? '::' : '0.0.0.0'),
      port: 0,
      onDatagram: () => undefined,
      // Nobody has to collect.
      onError: () => undefined,
    });
    reporter.#socket = socket;
    reporter.#send = (report) => socket.send(report, collector, port);
    reporter.#report();
    return reporter;
  }

  /** Sends the last report, which says that the component ends. Never rejects. */
  async close(): Promise<void> {
    if (this.#cancelTimer === undefined) return;
    this.#cancelTimer();
    this.#cancelTimer = undefined;
    this.#send(this.#encode(true));
    await this.#socket?.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  #report(): void {
    this.#send(this.#encode(false));
    this.#cancelTimer = this.#substrate.setTimer(this.#substrate.now() + this.#intervalMs, () => this.#report());
  }

  #encode(final: boolean): Uint8Array {
    const now = this.#substrate.now();
    const { id, location, status, workload, associations } = this.#source.componentStatus();
    return encodeReport({
      senderId: id,
      final,
      uptimeMs: now - this.#startedAt,
      intervalMs: this.#intervalMs,
      location,
      status,
      workload,
      associations: this.#timed(associations, now),
    });
  }

  /** Adds how long each association has been seen. */
  #timed(associations: ComponentStatus['associations'], now: Instant) {
    const keys = new Set(associations.map(({ receiverId, ppid }) => `${receiverId} ${ppid}`));
    for (const key of this.#since.keys()) if (!keys.has(key)) this.#since.delete(key);
    return associations.map((association) => {
      const key = `${association.receiverId} ${association.ppid}`;
      const since = this.#since.get(key) ?? now;
      this.#since.set(key, since);
      return { ...association, durationMs: now - since };
    });
  }
}
