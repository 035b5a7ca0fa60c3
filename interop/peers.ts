import { type ChildProcess, spawn } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { Transcript } from './transcript.ts';

/** Where Debian's libusrsctp-examples puts its programs. */
export const USRSCTP = '/usr/lib/usrsctp';

/** What a libusrsctp with debug messages prints of each packet. */
const DEBUG_LINES = /^\[S\].*\n/gm;

/** A program of somebody else, its output collected. */
export class Peer {
  readonly process: ChildProcess;
  readonly #transcript = new Transcript();
  readonly exited: Promise<number | null>;

  constructor(command: string, args: readonly string[]) {
    // Line by line: these programs buffer what they print, and a killed one would never show it.
    this.process = spawn('stdbuf', ['-oL', command, ...args], { stdio: ['pipe', 'pipe', 'pipe'] });
    const collect = (chunk: Buffer): void => {
      this.#transcript.add(chunk.toString('utf8').replace(DEBUG_LINES, ''));
    };
    this.process.stdout!.on('data', collect);
    this.process.stderr!.on('data', collect);
    this.exited = new Promise((resolve, reject) => {
      this.process.on('exit', resolve);
      this.process.on('error', reject);
    });
    this.exited.catch(() => undefined);
  }

  write(text: string): void {
    this.process.stdin!.write(text);
  }

  endInput(): void {
    this.process.stdin!.end();
  }

  /** All that it has printed. */
  get output(): string {
    return this.#transcript.text;
  }

  /** Resolves when the output has `text`. */
  async shows(text: string, limitMs?: number): Promise<void> {
    await this.#transcript.shows(text, limitMs);
  }

  kill(signal: NodeJS.Signals = 'SIGKILL'): void {
    this.process.kill(signal);
  }
}

export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** A UDP port that nobody has at the moment. */
export async function freeUdpPort(): Promise<number> {
  const socket = createSocket('udp4');
  await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve));
  const { port } = socket.address();
  await new Promise<void>((resolve) => socket.close(() => resolve()));
  return port;
}
