import type { ErrorCause } from './cause.ts';
import type { PoolElementParameter } from './element.ts';
import type { UnknownMessage } from './message-frame.ts';
import type { PoolHandle } from './pool-handle.ts';
import type { RegistrarInformation } from './registrar-information.ts';

/** The messages of ENRP. RFC 5353 §2. Byte fields of decoded messages are copies. */
export type EnrpMessage = (
  | Presence
  | HandleTableRequest
  | HandleTableResponse
  | HandleUpdate
  | ListRequest
  | ListResponse
  | InitTakeover
  | InitTakeoverAck
  | TakeoverServer
  | EnrpError
  | UnknownMessage
) & {
  /**
   * On receipt: unknown parameters (whole TLVs without padding) that were skipped but are to be reported, each in an
   * `unrecognized-parameter` cause (RFC 5354 §3). Absent if there are none. Ignored on sending.
   */
  readonly unrecognized?: readonly Uint8Array[];
};

/** The two fields with which every message begins. RFC 5353 §2.1. */
interface ServerIds {
  /** Sending Server's ID. */
  readonly senderId: number;
  /** Receiving Server's ID; 0 if the message is not meant for one server only. */
  readonly receiverId: number;
}

/** ENRP_PRESENCE: a sign of life. RFC 5353 §2.1. */
export interface Presence extends ServerIds {
  readonly kind: 'presence';
  /** Flag 0x01: answer with a PRESENCE that has the registrar's information. */
  readonly replyRequired: boolean;
  /** PE Checksum of the elements that the sender owns, 16 bits. Always sent, may be missing in what is received. */
  readonly checksum?: number | undefined;
  readonly information?: RegistrarInformation | undefined;
}

/** ENRP_HANDLE_TABLE_REQUEST: asks for a part of the handlespace. RFC 5353 §2.2. */
export interface HandleTableRequest extends ServerIds {
  readonly kind: 'handle-table-request';
  /** W flag: only elements that the receiver owns. */
  readonly ownChildrenOnly: boolean;
}

/** A pool and some of its elements, at least one. RFC 5353 §2.3. */
export interface PoolEntry {
  readonly poolHandle: PoolHandle;
  readonly elements: readonly PoolElementParameter[];
}

/** ENRP_HANDLE_TABLE_RESPONSE. RFC 5353 §2.3. */
export interface HandleTableResponse extends ServerIds {
  readonly kind: 'handle-table-response';
  /** R flag. */
  readonly rejected: boolean;
  /** M flag: ask again for the next part. */
  readonly more: boolean;
  readonly pools: readonly PoolEntry[];
}

/** ENRP_HANDLE_UPDATE: an element was added, changed or removed. RFC 5353 §2.4. */
export interface HandleUpdate extends ServerIds {
  readonly kind: 'handle-update';
  readonly action: 'add-pe' | 'del-pe';
  readonly poolHandle: PoolHandle;
  readonly element: PoolElementParameter;
  /** Flag 0x01 of rsplib's dialect only: the sender would like the receiver to take the element over. */
  readonly takeoverSuggested?: boolean | undefined;
}

/** ENRP_LIST_REQUEST: asks for the peers. RFC 5353 §2.5. */
export interface ListRequest extends ServerIds {
  readonly kind: 'list-request';
}

/** ENRP_LIST_RESPONSE. RFC 5353 §2.6. */
export interface ListResponse extends ServerIds {
  readonly kind: 'list-response';
  /** R flag. */
  readonly rejected: boolean;
  readonly registrars: readonly RegistrarInformation[];
}

/** ENRP_INIT_TAKEOVER: the sender wants to take over the target's elements. RFC 5353 §2.7. */
export interface InitTakeover extends ServerIds {
  readonly kind: 'init-takeover';
  readonly targetId: number;
}

/** ENRP_INIT_TAKEOVER_ACK: the sender does not object. RFC 5353 §2.8. */
export interface InitTakeoverAck extends ServerIds {
  readonly kind: 'init-takeover-ack';
  readonly targetId: number;
}

/** ENRP_TAKEOVER_SERVER: the takeover is done. RFC 5353 §2.9. */
export interface TakeoverServer extends ServerIds {
  readonly kind: 'takeover-server';
  readonly targetId: number;
}

/** ENRP_ERROR. RFC 5353 §2.10. */
export interface EnrpError extends ServerIds {
  readonly kind: 'error';
  readonly causes: readonly ErrorCause[];
}

/** Message types. RFC 5353 §2. */
export const ENRP_MESSAGE_TYPE = {
  presence: 0x01,
  'handle-table-request': 0x02,
  'handle-table-response': 0x03,
  'handle-update': 0x04,
  'list-request': 0x05,
  'list-response': 0x06,
  'init-takeover': 0x07,
  'init-takeover-ack': 0x08,
  'takeover-server': 0x09,
  error: 0x0a,
} as const;
