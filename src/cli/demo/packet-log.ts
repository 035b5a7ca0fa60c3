import type { PcapngPacket } from '../../sctp/index.ts';
import { CaptureFile } from '../capture-file.ts';
import type { PacketReport } from './messages.ts';

/** Reports of different processes overtake each other by less than this. */
const REORDER_MS = 1000;
const PERIOD_MS = 250;

/** The packets of all processes in one file, in the order of time. */
export class PacketLog implements Disposable {
  readonly #file: CaptureFile;
  readonly #timer: NodeJS.Timeout;
  #pending: PcapngPacket[] = [];

  /** @throws CliError if the file cannot be written */
  constructor(path: string) {
    this.#file = new CaptureFile(path);
    this.#timer = setInterval(() => this.#writeUntil(1000 * (Date.now() - REORDER_MS)), PERIOD_MS);
  }

  get path(): string {
    return this.#file.path;
  }

  get packets(): number {
    return this.#file.packets + this.#pending.length;
  }

  add({ timeUs, from, fromUdpPort, to, toUdpPort, payload }: PacketReport): void {
    const bytes = Uint8Array.from(Buffer.from(payload, 'base64'));
    this.#pending.push({ timeUs, from, fromUdpPort, to, toUdpPort, payload: bytes });
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
    this.#writeUntil(Number.POSITIVE_INFINITY);
    this.#file[Symbol.dispose]();
  }

  #writeUntil(timeUs: number): void {
    this.#pending.sort((a, b) => a.timeUs - b.timeUs);
    const end = this.#pending.findIndex((packet) => packet.timeUs > timeUs);
    const due = this.#pending.splice(0, end < 0 ? this.#pending.length : end);
    for (const packet of due) this.#file.write(packet);
  }
}
