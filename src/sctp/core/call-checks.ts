import { canonicalIp, type IpAddress, isUnicast } from '../../base/address.ts';
import { completeConfig } from '../../base/config.ts';
import type { Path } from '../path/path.ts';
import { associationSettings } from './config.ts';
import type { AssociateRequest, PathSettings, SendRequest } from './contract.ts';
import { SctpError } from './errors.ts';
import { mayProbe } from './heartbeat-chunk.ts';
import type { Tcb } from './tcb.ts';

/**
 * The addresses of an ASSOCIATE call, canonical, each once.
 *
 * @throws SctpError for what cannot be a peer
 */
export function checkAssociateRequest(request: AssociateRequest): readonly IpAddress[] {
  const addresses = [...new Set(request.addresses.map(canonicalPeerAddress))];
  if (addresses.length === 0) throw new SctpError('ERR_SCTP_BAD_ADDRESS', 'no address to connect to was given');
  checkPort('sctpPort', request.sctpPort);
  checkPort('udpPort', request.udpPort);
  return addresses;
}

/** @throws SctpError outside of the states in which HEARTBEATs may be sent */
export function checkMayProbe(tcb: Tcb): void {
  const { state } = tcb;
  if (!mayProbe(tcb)) throw new SctpError('ERR_SCTP_NOT_OPEN', `no heartbeats in ${state}`, { state });
}

/** @throws SctpError for a message that this association cannot send */
export function checkSendRequest(tcb: Tcb, request: SendRequest): void {
  const { config, state } = tcb;
  const { data, streamId, ppid } = request;
  if (state !== 'ESTABLISHED' && state !== 'COOKIE-WAIT' && state !== 'COOKIE-ECHOED') {
    throw new SctpError('ERR_SCTP_NOT_OPEN', `cannot send: the association is shutting down (${state})`, { state });
  }
  if (data.length === 0) {
    throw new SctpError('ERR_SCTP_EMPTY_MESSAGE', 'SCTP has no empty messages: send at least one byte');
  }
  if (data.length > config.maxMessageBytes) {
    throw new SctpError(
      'ERR_SCTP_MESSAGE_TOO_LARGE',
      `the message has ${data.length} bytes, maxMessageBytes is ${config.maxMessageBytes}`,
      { bytes: data.length, maxMessageBytes: config.maxMessageBytes },
    );
  }
  if (!config.fragmentation && data.length > tcb.fragmentationPointBytes) {
    const { fragmentationPointBytes } = tcb;
    throw new SctpError(
      'ERR_SCTP_MESSAGE_TOO_LARGE',
      `the message has ${data.length} bytes, one chunk carries ${fragmentationPointBytes}, and fragmentation is off`,
      { bytes: data.length, fragmentationPointBytes },
    );
  }
  checkStream(tcb, streamId);
  if (!Number.isInteger(ppid) || ppid < 0 || ppid > 0xffff_ffff) {
    throw new SctpError('ERR_SCTP_BAD_ARGUMENT', `ppid ${ppid} is not a whole number from 0 to 4294967295`, { ppid });
  }
  checkPolicy(request);
}

/** At most one policy of partial reliability, with a value that makes sense. */
function checkPolicy({ lifetimeMs, maxRetransmissions, priority }: SendRequest): void {
  if (lifetimeMs === undefined && maxRetransmissions === undefined && priority === undefined) return;
  const policies = { lifetimeMs, maxRetransmissions, priority };
  const given = Object.entries(policies).filter(([, value]) => value !== undefined);
  if (given.length > 1) {
    const names = given.map(([name]) => name).join(' and ');
    throw new SctpError('ERR_SCTP_BAD_ARGUMENT', `${names} exclude each other: a message has one policy`, policies);
  }
  if (lifetimeMs !== undefined && !(lifetimeMs >= 0)) {
    throw new SctpError('ERR_SCTP_BAD_ARGUMENT', `lifetimeMs is ${lifetimeMs}, but takes a number from 0`, policies);
  }
  for (const name of ['maxRetransmissions', 'priority'] as const) {
    const value = policies[name];
    if (value === undefined || (Number.isInteger(value) && value >= 0 && value <= 0xffff_ffff)) continue;
    const accepted = 'a whole number from 0 to 4294967295';
    throw new SctpError('ERR_SCTP_BAD_ARGUMENT', `${name} is ${value}, but takes ${accepted}`, policies);
  }
}

/** @throws SctpError if there is no such outgoing stream, or the value is no whole number from `min` to 65535 */
export function checkStreamValue(tcb: Tcb, streamId: number, name: string, value: number, min: number): void {
  checkStream(tcb, streamId);
  if (Number.isInteger(value) && value >= min && value <= 65_535) return;
  throw new SctpError('ERR_SCTP_BAD_ARGUMENT', `${name} is ${value}, but takes a whole number from ${min} to 65535`, {
    [name]: value,
  });
}

function checkStream(tcb: Tcb, streamId: number): void {
  const { streams } = tcb.outbound;
  if (Number.isInteger(streamId) && streamId >= 0 && streamId < streams) return;
  throw new SctpError(
    'ERR_SCTP_BAD_ARGUMENT',
    `stream ${streamId} does not exist: this association has 0 to ${streams - 1}`,
    { streamId, outboundStreams: streams },
  );
}

/**
 * The path to one of the peer's addresses.
 *
 * @throws SctpError if it is none of them
 */
export function checkPeerAddress(tcb: Tcb, address: string): Path {
  const path = tcb.paths.find(canonicalIp(address) ?? address);
  if (path !== undefined) return path;
  const known = tcb.paths.all.map((each) => each.address);
  throw new SctpError('ERR_SCTP_BAD_ADDRESS', `${address} is none of the peer's addresses: ${known.join(', ')}`, {
    address,
    known,
  });
}

/** @throws ConfigError for settings that an association does not take either */
export function checkPathSettings(settings: PathSettings): void {
  const { heartbeats, pathMaxRetrans } = associationSettings;
  completeConfig({ heartbeats, pathMaxRetrans }, settings);
}

function canonicalPeerAddress(text: string): IpAddress {
  const address = canonicalIp(text);
  if (address !== undefined && isUnicast(address)) return address;
  throw new SctpError(
    'ERR_SCTP_BAD_ADDRESS',
    `${JSON.stringify(text)} is not a unicast IP address (host names are not resolved here)`,
    { address: text },
  );
}

function checkPort(name: string, port: number): void {
  if (Number.isInteger(port) && port >= 1 && port <= 65_535) return;
  throw new SctpError('ERR_SCTP_BAD_ARGUMENT', `${name} is ${port}, but takes a whole number from 1 to 65535`, {
    [name]: port,
  });
}
