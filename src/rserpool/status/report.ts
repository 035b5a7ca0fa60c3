import { ByteReader, ByteWriter } from '../../base/bytes.ts';
import { WireError } from '../../base/errors.ts';

/** UDP port of the Component Status Protocol (CSP). */
export const CSP_PORT = 2960;

/**
 * What a component tells of itself by CSP, the status protocol of rsplib: one datagram every interval, to a collector.
 * There is no RFC for it; its layout is known from what rsplib sends. All numbers are big-endian.
 */
export interface ComponentReport {
  /** See `componentId`. */
  readonly senderId: bigint;
  /** The last report: the component ends. */
  readonly final: boolean;
  /** Since the component began, ms. */
  readonly uptimeMs: number;
  /** Until the next report, ms. */
  readonly intervalMs: number;
  /** Where it is, for people; what exceeds 127 bytes of UTF-8 is cut off. */
  readonly location: string;
  /** How it is, for people; what exceeds 127 bytes of UTF-8 is cut off. */
  readonly status: string;
  /** From 0 to 1; `undefined` if the component has no such thing. */
  readonly workload: number | undefined;
  readonly associations: readonly ReportedAssociation[];
}

export interface ReportedAssociation {
  readonly receiverId: bigint;
  /** How long it has been there, ms; `undefined` if that is not known. */
  readonly durationMs: number | undefined;
  /** IP protocol number: 132 SCTP, 6 TCP, 17 UDP. */
  readonly protocol: number;
  /** 11 to a registrar, 12 between registrars, else what the session carries. */
  readonly ppid: number;
}

const REPORT_TYPE = 1;
const FINAL = 0x01;
const VERSION = 0x0200;
const TEXT_BYTES = 128;
const HEADER_BYTES = 288;
const ASSOCIATION_BYTES = 24;
const NO_WORKLOAD = 0xffff;
const FULL_WORKLOAD = 0xfffe;
const UNKNOWN_DURATION = 0xffff_ffff_ffff_ffffn;
/** Associations of one report: what a datagram holds. */
export const MAX_REPORTED_ASSOCIATIONS = Math.floor((0xffff - 28 - HEADER_BYTES) / ASSOCIATION_BYTES);

/** One CSP report as a datagram. Associations beyond {@link MAX_REPORTED_ASSOCIATIONS} are left out. */
export function encodeReport(report: ComponentReport): Uint8Array {
  const associations = report.associations.slice(0, MAX_REPORTED_ASSOCIATIONS);
  const length = HEADER_BYTES + ASSOCIATION_BYTES * associations.length;
  const w = new ByteWriter(length);
  w.u8(REPORT_TYPE);
  w.u8(report.final ? FINAL : 0);
  w.u16(length);
  w.u32(VERSION);
  writeU64(w, report.senderId);
  writeU64(w, microseconds(report.uptimeMs));
  w.u32(Math.min(0xffffffff, Math.round(report.intervalMs * 1000)));
  writeText(w, report.location);
  writeText(w, report.status);
  const { workload } = report;
  w.u16(workload === undefined ? NO_WORKLOAD : Math.round(Math.min(1, Math.max(0, workload)) * FULL_WORKLOAD));
  w.u16(associations.length);
  for (const { receiverId, durationMs, protocol, ppid } of associations) {
    writeU64(w, receiverId);
    writeU64(w, durationMs === undefined ? UNKNOWN_DURATION : microseconds(durationMs));
    w.u16(0);
    w.u16(protocol);
    w.u32(ppid);
  }
  return w.finish();
}

/**
 * Reads a CSP datagram.
 *
 * @throws WireError for another type, version or length; trailing bytes are allowed, as some collectors do
 */
export function decodeReport(bytes: Uint8Array): ComponentReport {
  const r = new ByteReader(bytes);
  const type = r.u8();
  if (type !== REPORT_TYPE) throw new WireError('unexpected', 0, `CSP message of type ${type}`);
  const flags = r.u8();
  const length = r.u16();
  const version = r.u32();
  if (version !== VERSION) throw new WireError('unexpected', 4, `CSP version 0x${version.toString(16)}`);
  const senderId = readU64(r);
  const uptimeMs = milliseconds(readU64(r));
  const intervalMs = r.u32() / 1000;
  const location = readText(r);
  const status = readText(r);
  const workload = r.u16();
  const count = r.u16();
  if (length !== HEADER_BYTES + ASSOCIATION_BYTES * count || length > bytes.length) {
    throw new WireError('bad-length', 2, `${length} bytes for ${count} associations`);
  }
  const associations = Array.from({ length: count }, () => readAssociation(r));
  return {
    senderId,
    final: (flags & FINAL) !== 0,
    uptimeMs,
    intervalMs,
    location,
    status,
    workload: workload === NO_WORKLOAD ? undefined : workload / FULL_WORKLOAD,
    associations,
  };
}

function readAssociation(r: ByteReader): ReportedAssociation {
  const receiverId = readU64(r);
  const duration = readU64(r);
  r.skip(2);
  const protocol = r.u16();
  const ppid = r.u32();
  return {
    receiverId,
    durationMs: duration === UNKNOWN_DURATION ? undefined : milliseconds(duration),
    protocol,
    ppid,
  };
}

function writeU64(w: ByteWriter, value: bigint): void {
  w.u32(Number((value >> 32n) & 0xffff_ffffn));
  w.u32(Number(value & 0xffff_ffffn));
}

function readU64(r: ByteReader): bigint {
  const high = r.u32();
  return (BigInt(high) << 32n) | BigInt(r.u32());
}

function microseconds(ms: number): bigint {
  return BigInt(Math.max(0, Math.round(ms * 1000)));
}

function milliseconds(us: bigint): number {
  return Number(us) / 1000;
}

/** At most 127 bytes, cut between two characters, and zeros to the end of the field. */
function writeText(w: ByteWriter, text: string): void {
  const field = new Uint8Array(TEXT_BYTES);
  new TextEncoder().encodeInto(text, field.subarray(0, TEXT_BYTES - 1));
  w.bytes(field);
}

function readText(r: ByteReader): string {
  const field = r.bytes(TEXT_BYTES);
  const end = field.indexOf(0);
  return new TextDecoder().decode(end < 0 ? field : field.subarray(0, end));
}
