import type { UnknownAction } from '../../base/tlv.ts';

/** Chunk types of RFC 9260 §3.2 and of extensions. */
export const CHUNK_TYPE = {
  data: 0,
  init: 1,
  initAck: 2,
  sack: 3,
  heartbeat: 4,
  heartbeatAck: 5,
  abort: 6,
  shutdown: 7,
  shutdownAck: 8,
  error: 9,
  cookieEcho: 10,
  cookieAck: 11,
  /** Reserved for Explicit Congestion Notification Echo. */
  ecne: 12,
  /** Reserved for Congestion Window Reduced. */
  cwr: 13,
  shutdownComplete: 14,
  /** RFC 8260 §2.1. */
  iData: 64,
  /** RFC 6525 §3.1. */
  reConfig: 130,
  /** RFC 4820 §3. */
  pad: 132,
  /** RFC 3758 §3.2. */
  forwardTsn: 192,
  /** RFC 8260 §2.3.1. */
  iForwardTsn: 194,
} as const;

const SKIP_SILENTLY: UnknownAction = { stop: false, report: false };

/**
 * What to do with a chunk of a type that is not known here: its two high bits say so. RFC 9260 §3.2.
 *
 * ECNE and CWR would stop the packet by their bits. They are skipped without a report, as other stacks do: they are
 * known, only not used, and what is bundled behind them matters.
 */
export function unknownChunkAction(type: number): UnknownAction {
  if (type === CHUNK_TYPE.ecne || type === CHUNK_TYPE.cwr) return SKIP_SILENTLY;
  return { stop: (type & 0x80) === 0, report: (type & 0x40) !== 0 };
}
