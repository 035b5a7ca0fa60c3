import type { CaptureHook } from '../../sctp/index.ts';
import type { PartEvent, PartReport, PartSettings } from './messages.ts';

/** The child's end of the line to the director. */
export class PartHost {
  /** Resolves when the director wants the end. */
  readonly stopped: Promise<void>;
  readonly capture: CaptureHook | undefined;
  #lastView = '';
  #written: Promise<void> = Promise.resolve();

  constructor(settings: PartSettings) {
    this.stopped = new Promise((resolve) => process.on('message', () => resolve()));
    // Nobody is left to report to, and nobody would end this process.
    process.on('disconnect', () => process.exit(1));
    this.capture = settings.capture ? (packet) => this.#reportPacket(packet) : undefined;
  }

  event(event: PartEvent): void {
    this.report({ kind: 'event', event });
  }

  /** Tells how things stand, if that has changed. */
  view(report: Extract<PartReport, { readonly view: unknown }>): void {
    const text = JSON.stringify(report);
    if (text === this.#lastView) return;
    this.#lastView = text;
    this.report(report);
  }

  report(report: PartReport): void {
    // A director that has just died is noticed by `disconnect`.
    if (!process.connected) return;
    this.#written = new Promise((resolve) => process.send?.(report, undefined, undefined, () => resolve()));
  }

  /** Resolves when the director can read the last report. */
  async flush(): Promise<void> {
    await this.#written;
  }

  #reportPacket({ direction, timeUs, from, fromUdpPort, to, toUdpPort, payload }: Parameters<CaptureHook>[0]): void {
    // The receiver's copy would be a second one of the same packet.
    if (direction !== 'sent') return;
    const text = Buffer.from(payload.buffer, payload.byteOffset, payload.byteLength).toString('base64');
    this.report({ kind: 'packet', timeUs, from, fromUdpPort, to, toUdpPort, payload: text });
  }
}
