import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Readable, Writable } from 'node:stream';
import type { ElementSession } from '../index.ts';
import type { Service } from './service.ts';

export interface ExecServiceOptions {
  readonly command: string;
  readonly args?: readonly string[] | undefined;
  /**
   * `lines`: every message is a line for the program, and every line that it prints is a message, without the line feed.
   * `raw`: bytes as they come. `lines` unless given.
   */
  readonly framing?: 'lines' | 'raw' | undefined;
  /** Programs at the same time; 16 unless given. */
  readonly maxSessions?: number | undefined;
  /** Where errors of the programs go. */
  readonly onStderr?: ((text: string) => void) | undefined;
}

/** A longer line becomes several messages. */
const MAX_LINE_BYTES = 65_536;
/** How long a program may take to end after its input has, ms. */
const GRACE_MS = 2000;
const LINE_FEED = 0x0a;

/**
 * Runs a program for every user: messages are its standard input, its standard output is answered. When the program
 * ends, the session does; one that fails breaks the session, so that the user turns to another element.
 */
export function execService(options: ExecServiceOptions): Service {
  const { command, args = [], framing = 'lines', maxSessions = 16, onStderr } = options;
  return {
    pool: 'ExecPool',
    maxSessions,
    async serve(session) {
      const child = spawn(command, args, { stdio: ['pipe', 'pipe', 'pipe'] });
      const ended = endOf(child);
      child.stderr.on('data', (chunk: Buffer) => onStderr?.(chunk.toString()));
      // Who writes to a program that has ended learns it from its end.
      child.stdin.on('error', () => undefined);
      const feeding = feed(session, child.stdin, framing).then(() => stopLater(child));
      const failure = await Promise.all([answer(session, child.stdout, framing), ended]).then(
        ([, reason]) => reason,
        (error: unknown) => {
          child.kill();
          throw error;
        },
      );
      if (failure !== undefined) session.abort(`${command}: ${failure}`);
      else session.close();
      await feeding;
    },
  };
}

/** `undefined` if the program ended well, else why not. */
async function endOf(child: ChildProcess): Promise<string | undefined> {
  try {
    const [code, signal] = (await once(child, 'close')) as [number | null, string | null];
    if (code === 0) return undefined;
    return code === null ? `ended by ${signal}` : `exit code ${code}`;
  } catch (error) {
    return (error as Error).message;
  }
}

async function feed(session: ElementSession, stdin: Writable, framing: 'lines' | 'raw'): Promise<void> {
  for await (const { data } of session) {
    if (!stdin.writable) continue;
    const needsLineFeed = framing === 'lines' && data.at(-1) !== LINE_FEED;
    const bytes = needsLineFeed ? Buffer.concat([data, Buffer.of(LINE_FEED)]) : data;
    if (!stdin.write(bytes)) await Promise.race([once(stdin, 'drain'), once(stdin, 'close')]);
  }
  stdin.end();
}

/** The user is gone. */
function stopLater(child: ChildProcess): void {
  const timer = setTimeout(() => child.kill('SIGKILL'), GRACE_MS);
  child.once('close', () => clearTimeout(timer));
  if (child.exitCode !== null || child.signalCode !== null) clearTimeout(timer);
}

async function answer(session: ElementSession, stdout: Readable, framing: 'lines' | 'raw'): Promise<void> {
  const messages = framing === 'lines' ? linesOf(stdout) : (stdout as AsyncIterable<Buffer>);
  for await (const bytes of messages) {
    // The user is gone: the rest is read, so that the program can end.
    if (!session.closed && bytes.length > 0) await session.send(bytes);
  }
}

async function* linesOf(stdout: AsyncIterable<Buffer>): AsyncGenerator<Buffer, void> {
  let rest: Buffer = Buffer.alloc(0);
  for await (const chunk of stdout) {
    rest = Buffer.concat([rest, chunk]);
    for (let end = endOfLine(rest); end !== undefined; end = endOfLine(rest)) {
      yield rest.subarray(0, end.length);
      rest = rest.subarray(end.next);
    }
  }
  if (rest.length > 0) yield rest;
}

function endOfLine(bytes: Buffer): { readonly length: number; readonly next: number } | undefined {
  const at = bytes.indexOf(LINE_FEED);
  if (at >= 0 && at <= MAX_LINE_BYTES) return { length: at > 0 && bytes[at - 1] === 0x0d ? at - 1 : at, next: at + 1 };
  return bytes.length >= MAX_LINE_BYTES ? { length: MAX_LINE_BYTES, next: MAX_LINE_BYTES } : undefined;
}
