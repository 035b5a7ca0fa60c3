import { closeSync, openSync, writeSync } from 'node:fs';
import { type CaptureHook, type PcapngPacket, pcapngHeader, pcapngPacket } from '../sctp/index.ts';
import { CliError } from './errors.ts';

/** A pcapng file that is written while packets come and go; whole after every packet, so a crash spoils nothing. */
export class CaptureFile implements Disposable {
  readonly path: string;
  readonly #descriptor: number;
  #packets = 0;
  #open = true;

  /** @throws CliError if the file cannot be written */
  constructor(path: string) {
    this.path = path;
    try {
      this.#descriptor = openSync(path, 'w');
      writeSync(this.#descriptor, pcapngHeader());
    } catch (error) {
      throw new CliError('ERR_CLI_FILE', `--capture: ${(error as Error).message}`, error);
    }
  }

  /** Packets written. */
  get packets(): number {
    return this.#packets;
  }

  write(packet: PcapngPacket): void {
    // Sockets may still say goodbye after the command has finished.
    if (!this.#open) return;
    writeSync(this.#descriptor, pcapngPacket(packet));
    this.#packets++;
  }

  /** For the `capture` option of endpoints. */
  readonly hook: CaptureHook = ({ timeUs, from, fromUdpPort, to, toUdpPort, payload }) =>
    this.write({ timeUs, from, fromUdpPort, to, toUdpPort, payload });

  [Symbol.dispose](): void {
    if (!this.#open) return;
    this.#open = false;
    closeSync(this.#descriptor);
  }
}

/** The hook for `--capture FILE`, if it was given, and what closes the file. */
export function openCapture(path: string | undefined): { readonly hook: CaptureHook | undefined } & Disposable {
  if (path === undefined) return { hook: undefined, [Symbol.dispose]: () => undefined };
  const file = new CaptureFile(path);
  return { hook: file.hook, [Symbol.dispose]: () => file[Symbol.dispose]() };
}
