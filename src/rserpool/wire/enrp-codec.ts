import { unreachable } from '../../base/assert.ts';
import type { Tlv } from '../../base/tlv.ts';
import { readOperationError, writeOperationError } from './cause.ts';
import type { Dialect } from './dialect.ts';
import { type PoolElementParameter, readPoolElement, writePoolElement } from './element.ts';
import { ENRP_MESSAGE_TYPE, type EnrpMessage, type PoolEntry } from './enrp.ts';
import {
  BodyReader,
  MAX_MESSAGE_BYTES,
  padMessage,
  readFrame,
  type UnknownMessage,
  unknownMessage,
  writeMessage,
} from './message-frame.ts';
import { invalidValues, PARAMETER_TYPE, refusal } from './parameter.ts';
import { readPeChecksum, readPoolHandle, writePeChecksum, writePoolHandle } from './plain-parameters.ts';
import type { PoolHandle } from './pool-handle.ts';
import {
  type RegistrarInformation,
  readRegistrarInformation,
  writeRegistrarInformation,
} from './registrar-information.ts';
import { safeEnrpForRsplib } from './rsplib-limits.ts';

const TYPE = ENRP_MESSAGE_TYPE;
const KNOWN_TYPES: ReadonlySet<number> = new Set(Object.values(TYPE));
/** Reply-required, W and R, and rsplib's suggestion of a takeover: the lowest bit. For reply-required RFC 5353 §2.1 names no bit, but this is in use. */
const FLAG = 0x01;
/** M of a HANDLE_TABLE_RESPONSE. RFC 5353 §2.3. */
const MORE_FLAG = 0x02;

interface ServerIds {
  readonly senderId: number;
  readonly receiverId: number;
}

/**
 * Decodes one ENRP message, with or without its padding. RFC 5353 §2.
 *
 * @param dialect in which units and with which numbers it was written
 * @returns the message; `unknown` for a type that is not known, which is for the caller to drop or to report
 * @throws MessageError if the message has to be dropped, with the causes to report if there are any
 */
export function decodeEnrp(bytes: Uint8Array, dialect: Dialect = 'rfc'): EnrpMessage {
  const frame = readFrame(bytes);
  const { type, flags } = frame;
  if (!KNOWN_TYPES.has(type)) return unknownMessage(frame);
  const flag = (flags & FLAG) !== 0;
  const body = new BodyReader(frame, enrpFixedBytes(type), type !== TYPE.error, dialect);
  const ids: ServerIds = { senderId: body.u32(), receiverId: body.u32() };
  body.reading.context.senderId = ids.senderId;
  switch (type) {
    case TYPE.presence:
      return decodePresence(body, ids, flag);
    case TYPE['handle-table-request']:
      return body.finish({ kind: 'handle-table-request', ...ids, ownChildrenOnly: flag });
    case TYPE['handle-table-response']: {
      const pools = takePools(body);
      const more = (flags & MORE_FLAG) !== 0;
      return body.finish({ kind: 'handle-table-response', ...ids, rejected: flag, more, pools });
    }
    case TYPE['handle-update']:
      return decodeHandleUpdate(body, ids, flag && dialect === 'rsplib');
    case TYPE['list-request']:
      return body.finish({ kind: 'list-request', ...ids });
    case TYPE['list-response']: {
      const registrars: RegistrarInformation[] = [];
      for (const tlv of body.rest()) {
        if (tlv.type === PARAMETER_TYPE.serverInformation) registrars.push(readRegistrarInformation(body.reading, tlv));
      }
      return body.finish({ kind: 'list-response', ...ids, rejected: flag, registrars });
    }
    case TYPE['init-takeover']:
      return body.finish({ kind: 'init-takeover', ...ids, targetId: body.u32() });
    case TYPE['init-takeover-ack']:
      return body.finish({ kind: 'init-takeover-ack', ...ids, targetId: body.u32() });
    case TYPE['takeover-server']:
      return body.finish({ kind: 'takeover-server', ...ids, targetId: body.u32() });
    default: {
      const causes = readOperationError(body.reading, body.take(PARAMETER_TYPE.operationError));
      return body.finish({ kind: 'error', ...ids, causes });
    }
  }
}

/** Bytes between the header and the first parameter of a message of this type. */
export function enrpFixedBytes(type: number): number {
  switch (type) {
    case TYPE['handle-update']:
    case TYPE['init-takeover']:
    case TYPE['init-takeover-ack']:
    case TYPE['takeover-server']:
      return 12;
    default:
      return 8;
  }
}

function decodePresence(body: BodyReader, ids: ServerIds, replyRequired: boolean): EnrpMessage {
  let checksum: number | undefined;
  let information: RegistrarInformation | undefined;
  for (const tlv of body.rest()) {
    if (tlv.type === PARAMETER_TYPE.peChecksum) checksum ??= readPeChecksum(body.reading, tlv);
    else if (tlv.type === PARAMETER_TYPE.serverInformation) information ??= readRegistrarInformation(body.reading, tlv);
  }
  return body.finish({
    kind: 'presence',
    ...ids,
    replyRequired,
    ...(checksum !== undefined && { checksum }),
    ...(information && { information }),
  });
}

function decodeHandleUpdate(body: BodyReader, ids: ServerIds, takeoverSuggested: boolean): EnrpMessage {
  const { reading } = body;
  const action = body.u16();
  const poolHandle = readPoolHandle(reading, body.take(PARAMETER_TYPE.poolHandle));
  const element = readPoolElement(reading, body.take(PARAMETER_TYPE.poolElement), 'enrp');
  // RFC 5353 §2.4 reserves all other actions and names no cause for them.
  if (action > 1) throw refusal(reading, 'bad-value', 12, `update action ${action}`, { kind: 'unspecified' });
  return body.finish({
    kind: 'handle-update',
    ...ids,
    action: action === 0 ? 'add-pe' : 'del-pe',
    poolHandle,
    element,
    ...(takeoverSuggested && { takeoverSuggested }),
  });
}

/** Pool entries: a pool handle, then the elements of that pool, at least one. RFC 5353 §2.3. */
function takePools(body: BodyReader): PoolEntry[] {
  const { reading } = body;
  const entries: { readonly tlv: Tlv; readonly poolHandle: PoolHandle; readonly elements: PoolElementParameter[] }[] =
    [];
  for (const tlv of body.rest()) {
    if (tlv.type === PARAMETER_TYPE.poolHandle) {
      entries.push({ tlv, poolHandle: readPoolHandle(reading, tlv), elements: [] });
    } else if (tlv.type === PARAMETER_TYPE.poolElement) {
      const entry = entries.at(-1);
      if (entry === undefined) throw invalidValues(reading, tlv, 'pool element without pool handle');
      entry.elements.push(readPoolElement(reading, tlv, 'enrp'));
    }
  }
  const empty = entries.find(({ elements }) => elements.length === 0);
  if (empty !== undefined) throw invalidValues(reading, empty.tlv, 'pool without elements');
  return entries.map(({ poolHandle, elements }) => ({ poolHandle, elements }));
}

/**
 * Encodes one ENRP message, padded to a multiple of four. RFC 5353 §2.
 *
 * @param dialect that of the receiver; for rsplib the message is made one that it can take (`safeEnrpForRsplib`)
 * @throws RangeError if it would be longer than 65535 bytes, if a transport is impossible, if an element has no ASAP
 *   transport, or if rsplib must not get the message
 */
export function encodeEnrp(message: EnrpMessage, dialect: Dialect = 'rfc'): Uint8Array {
  const safe = dialect === 'rsplib' ? safeEnrpForRsplib(message) : message;
  if (safe === undefined) throw new RangeError(`rsplib cannot take this ${message.kind}`);
  return safe.kind === 'unknown' ? padMessage(safe.whole) : write(safe, dialect);
}

function write(message: Exclude<EnrpMessage, UnknownMessage>, dialect: Dialect): Uint8Array {
  return writeMessage(TYPE[message.kind], flagsOf(message, dialect), dialect, (w) => {
    w.u32(message.senderId);
    w.u32(message.receiverId);
    switch (message.kind) {
      case 'presence':
        if (message.checksum !== undefined) writePeChecksum(w, message.checksum);
        if (message.information !== undefined) writeRegistrarInformation(w, message.information);
        break;
      case 'handle-table-request':
      case 'list-request':
        break;
      case 'handle-table-response':
        for (const { poolHandle, elements } of message.pools) {
          writePoolHandle(w, poolHandle);
          for (const element of elements) writePoolElement(w, element, 'enrp', dialect);
        }
        break;
      case 'handle-update':
        w.u16(message.action === 'add-pe' ? 0 : 1);
        w.u16(0);
        writePoolHandle(w, message.poolHandle);
        writePoolElement(w, message.element, 'enrp', dialect);
        break;
      case 'list-response':
        for (const registrar of message.registrars) writeRegistrarInformation(w, registrar);
        break;
      case 'init-takeover':
      case 'init-takeover-ack':
      case 'takeover-server':
        w.u32(message.targetId);
        break;
      case 'error':
        writeOperationError(w, message.causes, MAX_MESSAGE_BYTES, dialect);
        break;
      default:
        unreachable(message);
    }
  });
}

function flagsOf(message: EnrpMessage, dialect: Dialect): number {
  switch (message.kind) {
    case 'presence':
      return message.replyRequired ? FLAG : 0;
    case 'handle-table-request':
      return message.ownChildrenOnly ? FLAG : 0;
    case 'handle-update':
      return dialect === 'rsplib' && message.takeoverSuggested ? FLAG : 0;
    case 'handle-table-response':
      return (message.rejected ? FLAG : 0) | (message.more ? MORE_FLAG : 0);
    case 'list-response':
      return message.rejected ? FLAG : 0;
    default:
      return 0;
  }
}
