import { unreachable } from '../../base/assert.ts';
import { ASAP_MESSAGE_TYPE, type AsapMessage } from './asap.ts';
import { type ErrorCause, readOperationError, writeOperationError } from './cause.ts';
import type { Dialect } from './dialect.ts';
import { type PoolElementParameter, readPoolElement, writePoolElement } from './element.ts';
import { readListedElement, writeListedElement } from './element-memory.ts';
import {
  BodyReader,
  MAX_MESSAGE_BYTES,
  padMessage,
  readFrame,
  type UnknownMessage,
  unknownMessage,
  writeMessage,
} from './message-frame.ts';
import { PARAMETER_TYPE } from './parameter.ts';
import {
  readItemCount,
  readPeIdentifier,
  readPoolHandle,
  writeCookie,
  writeItemCount,
  writePeIdentifier,
  writePoolHandle,
} from './plain-parameters.ts';
import { type PolicyParameter, readPolicy, writePolicy } from './policy.ts';
import type { PoolHandle } from './pool-handle.ts';
import { safeAsapForRsplib } from './rsplib-limits.ts';
import {
  readSctpTransport,
  readTransport,
  type SctpTransport,
  type TcpTransport,
  writeTransport,
} from './transport.ts';
import { readUdpPorts, writeOwnMark, writeUdpPorts } from './udp-ports.ts';

const TYPE = ASAP_MESSAGE_TYPE;
/** R, S, A and H: every ASAP message has one flag at most, and it is the lowest bit. */
const FLAG = 0x01;

/**
 * Decodes one ASAP message, with or without its padding. RFC 5352 §2.2.
 *
 * @param dialect in which units and with which numbers it was written
 * @returns the message; `unknown` for a type that is not known, which is for the caller to drop or to report
 * @throws MessageError if the message has to be dropped, with the causes to report if there are any
 */
export function decodeAsap(bytes: Uint8Array, dialect: Dialect = 'rfc'): AsapMessage {
  const frame = readFrame(bytes);
  const flag = (frame.flags & FLAG) !== 0;
  const body = new BodyReader(frame, asapFixedBytes(frame.type), frame.type !== TYPE.error, dialect);
  switch (frame.type) {
    case TYPE.registration: {
      const poolHandle = takePoolHandle(body);
      const element = readPoolElement(body.reading, body.take(PARAMETER_TYPE.poolElement), 'asap');
      return body.finish({ kind: 'registration', poolHandle, element });
    }
    case TYPE.deregistration:
      return body.finish({ kind: 'deregistration', ...takeMember(body) });
    case TYPE['registration-response']: {
      const member = takeMember(body);
      return body.finish({ kind: 'registration-response', rejected: flag, ...member, causes: takeCauses(body) });
    }
    case TYPE['deregistration-response']: {
      const member = takeMember(body);
      return body.finish({ kind: 'deregistration-response', ...member, causes: takeCauses(body) });
    }
    case TYPE['handle-resolution']:
      return decodeHandleResolution(body, flag);
    case TYPE['handle-resolution-response']:
      return decodeHandleResolutionResponse(body, flag);
    case TYPE['endpoint-keep-alive']:
      return decodeKeepAlive(body, flag);
    case TYPE['endpoint-keep-alive-ack']:
      return body.finish({ kind: 'endpoint-keep-alive-ack', ...takeMember(body) });
    case TYPE['endpoint-unreachable']:
      return body.finish({ kind: 'endpoint-unreachable', ...takeMember(body) });
    case TYPE['server-announce']:
      return decodeServerAnnounce(body);
    case TYPE.cookie:
      return body.finish({ kind: 'cookie', cookie: body.take(PARAMETER_TYPE.cookie).value.slice() });
    case TYPE['cookie-echo']:
      return body.finish({ kind: 'cookie-echo', cookie: body.take(PARAMETER_TYPE.cookie).value.slice() });
    case TYPE['business-card']: {
      const poolHandle = takePoolHandle(body);
      const { policy, elements } = takeMembers(body);
      return body.finish({ kind: 'business-card', poolHandle, ...(policy && { policy }), elements });
    }
    case TYPE.error: {
      const causes = readOperationError(body.reading, body.take(PARAMETER_TYPE.operationError));
      return body.finish({ kind: 'error', causes });
    }
    default:
      return unknownMessage(frame);
  }
}

/** Bytes between the header and the first parameter of a message of this type. */
export function asapFixedBytes(type: number): number {
  return type === TYPE['endpoint-keep-alive'] || type === TYPE['server-announce'] ? 4 : 0;
}

function decodeHandleResolution(body: BodyReader, subscribe: boolean): AsapMessage {
  const poolHandle = takePoolHandle(body);
  let itemCount: number | undefined;
  let isOurs = false;
  for (let tlv = body.next(); tlv !== undefined; tlv = body.next()) {
    if (tlv.type === PARAMETER_TYPE.itemCount) itemCount ??= readItemCount(body.reading, tlv);
    else if (tlv.type === PARAMETER_TYPE.udpPorts) isOurs = true;
  }
  const more = { ...(itemCount !== undefined && { itemCount }), ...(isOurs && { isOurs }) };
  return body.finish({ kind: 'handle-resolution', subscribe, poolHandle, ...more });
}

function decodeHandleResolutionResponse(body: BodyReader, acceptedSubscription: boolean): AsapMessage {
  const poolHandle = takePoolHandle(body);
  const { policy, elements, causes } = takeMembers(body);
  return body.finish({
    kind: 'handle-resolution-response',
    acceptedSubscription,
    poolHandle,
    ...(policy && { policy }),
    elements,
    causes,
  });
}

function decodeKeepAlive(body: BodyReader, home: boolean): AsapMessage {
  const registrarIdentifier = body.u32();
  const poolHandle = takePoolHandle(body);
  let peIdentifier: number | undefined;
  for (let tlv = body.next(); tlv !== undefined; tlv = body.next()) {
    if (tlv.type === PARAMETER_TYPE.peIdentifier) peIdentifier ??= readPeIdentifier(body.reading, tlv);
  }
  const pe = peIdentifier !== undefined && { peIdentifier };
  return body.finish({ kind: 'endpoint-keep-alive', home, registrarIdentifier, poolHandle, ...pe });
}

function decodeServerAnnounce(body: BodyReader): AsapMessage {
  const registrarIdentifier = body.u32();
  const transports: (SctpTransport | TcpTransport)[] = [];
  let udpPort: number | undefined;
  for (let tlv = body.next(); tlv !== undefined; tlv = body.next()) {
    if (tlv.type === PARAMETER_TYPE.sctpTransport) transports.push(readSctpTransport(body.reading, tlv, true));
    else if (tlv.type === PARAMETER_TYPE.tcpTransport) {
      const transport = readTransport(body.reading, tlv);
      if (transport.protocol === 'tcp') transports.push(transport);
    } else if (tlv.type === PARAMETER_TYPE.udpPorts) udpPort ??= readUdpPorts(tlv)[0];
  }
  const port = udpPort !== undefined && { udpPort };
  return body.finish({ kind: 'server-announce', registrarIdentifier, transports, ...port });
}

function takePoolHandle(body: BodyReader): PoolHandle {
  return readPoolHandle(body.reading, body.take(PARAMETER_TYPE.poolHandle));
}

function takeMember(body: BodyReader): { poolHandle: PoolHandle; peIdentifier: number } {
  const poolHandle = takePoolHandle(body);
  return { poolHandle, peIdentifier: readPeIdentifier(body.reading, body.take(PARAMETER_TYPE.peIdentifier)) };
}

/** What may follow the pool handle in a list of elements; the first policy and the first error count. */
function takeMembers(body: BodyReader): {
  policy: PolicyParameter | undefined;
  elements: PoolElementParameter[];
  causes: ErrorCause[];
} {
  const { reading } = body;
  let policy: PolicyParameter | undefined;
  const elements: PoolElementParameter[] = [];
  let causes: ErrorCause[] | undefined;
  for (let tlv = body.next(); tlv !== undefined; tlv = body.next()) {
    if (tlv.type === PARAMETER_TYPE.policy) policy ??= readPolicy(reading, tlv, true);
    else if (tlv.type === PARAMETER_TYPE.poolElement) elements.push(readListedElement(reading, tlv));
    else if (tlv.type === PARAMETER_TYPE.operationError) causes ??= readOperationError(reading, tlv);
  }
  return { policy, elements, causes: causes ?? [] };
}

function takeCauses(body: BodyReader): ErrorCause[] {
  let causes: ErrorCause[] | undefined;
  for (let tlv = body.next(); tlv !== undefined; tlv = body.next()) {
    if (tlv.type === PARAMETER_TYPE.operationError) causes ??= readOperationError(body.reading, tlv);
  }
  return causes ?? [];
}

/**
 * Encodes one ASAP message, padded to a multiple of four. RFC 5352 §2.2.
 *
 * @param dialect that of the receiver; for rsplib the message is made one that it can take (`safeAsapForRsplib`)
 * @throws RangeError if it would be longer than 65535 bytes, if a transport is impossible, or if rsplib must not get it
 */
export function encodeAsap(message: AsapMessage, dialect: Dialect = 'rfc'): Uint8Array {
  const safe = dialect === 'rsplib' ? safeAsapForRsplib(message) : message;
  if (safe === undefined) throw new RangeError(`rsplib cannot take this ${message.kind}`);
  return safe.kind === 'unknown' ? padMessage(safe.whole) : write(safe, dialect);
}

function write(message: Exclude<AsapMessage, UnknownMessage>, dialect: Dialect): Uint8Array {
  return writeMessage(TYPE[message.kind], flagOf(message) ? FLAG : 0, dialect, (w) => {
    switch (message.kind) {
      case 'registration':
        writePoolHandle(w, message.poolHandle);
        writePoolElement(w, message.element, 'asap', dialect);
        break;
      case 'deregistration':
      case 'endpoint-keep-alive-ack':
      case 'endpoint-unreachable':
        writePoolHandle(w, message.poolHandle);
        writePeIdentifier(w, message.peIdentifier);
        break;
      case 'registration-response':
      case 'deregistration-response':
        writePoolHandle(w, message.poolHandle);
        writePeIdentifier(w, message.peIdentifier);
        writeOperationError(w, message.causes, MAX_MESSAGE_BYTES, dialect);
        break;
      case 'handle-resolution':
        writePoolHandle(w, message.poolHandle);
        if (message.itemCount !== undefined) writeItemCount(w, message.itemCount);
        if (message.isOurs) writeOwnMark(w);
        break;
      case 'handle-resolution-response':
      case 'business-card':
        writePoolHandle(w, message.poolHandle);
        if (message.policy !== undefined) writePolicy(w, message.policy);
        for (const element of message.elements) writeListedElement(w, element, dialect);
        if (message.kind === 'handle-resolution-response')
          writeOperationError(w, message.causes, MAX_MESSAGE_BYTES, dialect);
        break;
      case 'endpoint-keep-alive':
        w.u32(message.registrarIdentifier);
        writePoolHandle(w, message.poolHandle);
        if (message.peIdentifier !== undefined) writePeIdentifier(w, message.peIdentifier);
        break;
      case 'server-announce':
        w.u32(message.registrarIdentifier);
        for (const transport of message.transports) writeTransport(w, transport, { ofRegistrar: true });
        writeUdpPorts(w, message.udpPort);
        break;
      case 'cookie':
      case 'cookie-echo':
        writeCookie(w, message.cookie);
        break;
      case 'error':
        writeOperationError(w, message.causes, MAX_MESSAGE_BYTES, dialect);
        break;
      default:
        unreachable(message);
    }
  });
}

function flagOf(message: AsapMessage): boolean {
  switch (message.kind) {
    case 'registration-response':
      return message.rejected;
    case 'handle-resolution':
      return message.subscribe;
    case 'handle-resolution-response':
      return message.acceptedSubscription;
    case 'endpoint-keep-alive':
      return message.home;
    default:
      return false;
  }
}
