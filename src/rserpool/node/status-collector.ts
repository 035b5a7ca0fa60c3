import { EventEmitter } from 'node:events';
import { withPort } from '../../base/address.ts';
import { emitSafely } from '../../base/emit-safely.ts';
import { WireError } from '../../base/errors.ts';
import { type DatagramSocket, nodeSubstrate, type Substrate } from '../../sctp/index.ts';
import { type Component, Components } from '../status/components.ts';
import { type ComponentReport, CSP_PORT, decodeReport } from '../status/report.ts';

export interface StatusCollectorOptions {
  /** Local address; all IPv4 ones unless given. */
  readonly address?: string | undefined;
  /** UDP port; 2960 unless given. */
  readonly udpPort?: number | undefined;
  /** A component that is silent for so long, and for three of its own intervals, is forgotten, ms; 30 000 unless given. */
  readonly purgeMs?: number | undefined;
  readonly substrate?: Substrate | undefined;
}

export interface StatusCollectorEvents {
  /** A report came in; `change` is what it did to the list. */
  report: [report: ComponentReport, change: 'new' | 'known' | 'gone' | 'full', from: string];
  /** A component is silent. */
  silent: [component: Component];
}

/** Collects the reports of {@link StatusReporter}s, and of rsplib's components. */
export class StatusCollector extends EventEmitter<StatusCollectorEvents> {
  readonly #substrate: Substrate;
  readonly #components: Components;
  readonly #purgeMs: number;
  #socket: DatagramSocket | undefined;
  #cancelTimer: (() => void) | undefined;

  private constructor({ substrate = nodeSubstrate, purgeMs = 30_000 }: StatusCollectorOptions) {
    super();
    this.#substrate = substrate;
    this.#purgeMs = purgeMs;
    this.#components = new Components(purgeMs);
  }

  /** @throws (rejects) SctpError `ERR_SCTP_PORT_TAKEN`, `ERR_SCTP_BAD_ADDRESS` */
  static async listen(options: StatusCollectorOptions = {}): Promise<StatusCollector> {
    const collector = new StatusCollector(options);
    collector.#socket = await collector.#substrate.openSocket({
      address: options.address ?? '0.0.0.0',
      port: options.udpPort ?? CSP_PORT,
      onDatagram: (bytes, address, port) => collector.#handle(bytes, address, port),
      onError: () => undefined,
    });
    collector.#schedulePurge();
    return collector;
  }

  /** Where reports are taken. */
  get udpPort(): number {
    return this.#socket!.port;
  }

  /** The components that live, by kind and identifier. */
  get components(): readonly Component[] {
    return this.#components.list();
  }

  /** Never rejects. */
  async close(): Promise<void> {
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
    await this.#socket?.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  #handle(bytes: Uint8Array, address: string, port: number): void {
    let report: ComponentReport;
    try {
      report = decodeReport(bytes);
    } catch (error) {
      if (error instanceof WireError) return;
      throw error;
    }
    const from = withPort([address], port);
    const change = this.#components.handleReport(report, from, this.#substrate.now());
    emitSafely(this, 'report', report, change, from);
  }

  #schedulePurge(): void {
    this.#cancelTimer = this.#substrate.setTimer(this.#substrate.now() + Math.min(this.#purgeMs, 1000), () => {
      for (const component of this.#components.purge(this.#substrate.now())) emitSafely(this, 'silent', component);
      this.#schedulePurge();
    });
  }
}
