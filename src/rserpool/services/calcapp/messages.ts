import { ByteReader, ByteWriter } from '../../../base/bytes.ts';
import { WireError } from '../../../base/errors.ts';
import { atEnd, message, openMessage } from '../header.ts';

/** PPID of CalcApp messages. */
export const CALCAPP_PPID = 34;

/** What one side tells the other of a job. `keep-alive` and its answer come from both sides. */
export type CalcAppKind = 'request' | 'accept' | 'reject' | 'abort' | 'complete' | 'keep-alive' | 'keep-alive-ack';

/** A job, and how far it is; the unit is one calculation. It is the cookie as well. */
export interface Job {
  readonly jobId: number;
  readonly jobSize: bigint;
  readonly completed: bigint;
}

export interface CalcAppMessage extends Job {
  readonly kind: CalcAppKind;
}

const TYPES: Readonly<Record<CalcAppKind, number>> = {
  request: 1,
  accept: 2,
  reject: 3,
  abort: 4,
  complete: 5,
  'keep-alive': 6,
  'keep-alive-ack': 7,
};
const KINDS: ReadonlyMap<number, CalcAppKind> = new Map(
  Object.entries(TYPES).map(([kind, type]) => [type, kind as CalcAppKind]),
);

const COOKIE_BYTES = 20;

/** 24 bytes. Only requests and completions tell sizes. */
export function encodeCalcApp(kind: CalcAppKind, jobId: number, jobSize = 0n, completed = 0n): Uint8Array {
  return message(TYPES[kind], (w) => writeJob(w, { jobId, jobSize, completed }));
}

/** `undefined`: a type that is not known here. @throws WireError */
export function decodeCalcApp(bytes: Uint8Array): CalcAppMessage | undefined {
  const { header, body } = openMessage(bytes);
  const kind = KINDS.get(header.type);
  if (kind === undefined) return undefined;
  const job = readJob(body);
  atEnd(body);
  return { kind, ...job };
}

/** What another element needs to go on with a job. */
export function encodeCalcAppCookie(job: Job): Uint8Array {
  const w = new ByteWriter(COOKIE_BYTES);
  writeJob(w, job);
  return w.finish();
}

/** @throws WireError if it is not a cookie of this service */
export function decodeCalcAppCookie(cookie: Uint8Array): Job {
  const r = new ByteReader(cookie);
  const job = readJob(r);
  atEnd(r);
  if (job.completed > job.jobSize) throw new WireError('bad-value', 12, 'more completed than there is to do');
  return job;
}

function writeJob(w: ByteWriter, { jobId, jobSize, completed }: Job): void {
  w.u32(jobId);
  w.u64(jobSize);
  w.u64(completed);
}

function readJob(r: ByteReader): Job {
  return { jobId: r.u32(), jobSize: r.u64(), completed: r.u64() };
}
