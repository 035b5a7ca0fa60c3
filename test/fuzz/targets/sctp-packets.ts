import { concatBytes, fromHex } from '../../../src/base/bytes.ts';
import { fsn, mid, ssn } from '../../../src/base/serial.ts';
import { SctpError } from '../../../src/sctp/core/errors.ts';
import { encodeChunk } from '../../../src/sctp/wire/chunk.ts';
import { writeChecksum } from '../../../src/sctp/wire/crc32c.ts';
import { COMMON_HEADER_BYTES, decodePacket, encodePacket } from '../../../src/sctp/wire/packet.ts';
import type { Chunk } from '../../../src/sctp/wire/types.ts';
import { cookieOf, ScriptedPeer, type ScriptedPeerOptions } from '../../harness/scripted-peer.ts';
import { inState, STATES } from '../../sctp/core/in-state.ts';
import { checkInvariants } from '../../sctp/core/transfer.ts';
import { CAPTURED_PACKETS } from '../../sctp/wire/captured-packets.ts';
import { recountFlight } from '../../soak/invariants/flight.ts';
import { type FuzzInput, type FuzzTarget, must, step } from '../fuzz-target.ts';

const STAGES = ['CLOSED', ...STATES] as const;
type Stage = (typeof STAGES)[number];

const MAX_ASSOCIATIONS = 8;
const ENEMY = '10.0.0.2';
const SECOND_ADDRESS = '10.0.1.2';
const HONEST = '10.0.0.3';
const OTHER_UDP_PORT = 4444;
/** INIT ACK has a cookie: the one answer that is longer than what it answers. RFC 5062 §9, docs/limits.md. */
const MAX_INIT_ACK_FACTOR = 5.5;

/** First bytes of steps. */
const DO = {
  ours: 0,
  zeroTag: 1,
  reflected: 2,
  foreign: 3,
  otherPort: 4,
  otherAddress: 5,
  badSum: 6,
  pass: 7,
  send: 8,
  shutdown: 9,
  closedPort: 10,
} as const;
const KINDS = Object.keys(DO).length;

function worldOf(stage: Stage, variant: number): ScriptedPeer {
  const interleaving = variant % 2 === 1;
  const options: ScriptedPeerOptions = {
    seed: 1,
    config: {
      receiveBufferBytes: 20_000,
      maxAssociations: MAX_ASSOCIATIONS,
      interleaving,
      partialDeliveryBytes: (variant >> 1) % 2 === 0 ? 0 : 200,
    },
    moreUdpPorts: [OTHER_UDP_PORT],
    addresses: [ENEMY, SECOND_ADDRESS, HONEST],
    chunkTypes: interleaving ? [64, 192, 194, 130] : [192, 130],
  };
  const peer = stage === 'CLOSED' ? new ScriptedPeer(options) : inState(stage, options);
  if (stage === 'ESTABLISHED') {
    for (let i = 0; i < 6; i++)
      peer.node.send(peer.id, new Uint8Array(500), i % 2 === 0 ? {} : { maxRetransmissions: 0 });
  }
  peer.heardAfter(0);
  return peer;
}

/** One step of the enemy's, or of the application. */
function play(peer: ScriptedPeer, bytes: Uint8Array): void {
  const what = (bytes[0] ?? 0) % KINDS;
  const body = bytes.subarray(1);
  if (what === DO.pass) {
    peer.clock.runFor(20 * (body[0] ?? 0) + 5 * (body[1] ?? 0));
    return;
  }
  if (what === DO.send || what === DO.shutdown) {
    asApplication(peer, what === DO.shutdown, body);
    return;
  }
  const tcb = peer.core.associations.get(peer.id);
  const tags = { [DO.zeroTag]: 0, [DO.reflected]: tcb?.peerTag ?? peer.tag, [DO.foreign]: 0x1357_9bdf };
  const tag = tags[what as keyof typeof tags] ?? tcb?.localTag ?? peer.theirTag;
  const head = encodePacket(peer.header({ tag, ...(what === DO.closedPort && { destinationPort: 5001 }) }), []);
  const packet = concatBytes([head, body]);
  writeChecksum(packet);
  if (what === DO.badSum) packet[8]! ^= 1;
  const heardBefore = peer.packets.length;
  const hadNone = peer.core.associations.size === 0;
  peer.sendBytes(packet, {
    ...(what === DO.otherPort && { udpPort: OTHER_UDP_PORT }),
    ...(what === DO.otherAddress && { from: SECOND_ADDRESS }),
  });
  const answers = peer.packets.slice(heardBefore);
  for (const { chunks } of answers) {
    const ack = chunks.find((chunk) => chunk.kind === 'init-ack');
    if (ack?.kind === 'init-ack' && hadNone) peer.learn(ack);
  }
  // Who is not known yet may be somebody else, who would be drowned in answers. docs/limits.md.
  if (!hadNone || peer.core.associations.size > 0) return;
  must(answers.length <= 1, () => `${answers.length} packets answer one of a stranger`);
  const [answer] = answers;
  if (answer === undefined) return;
  const factor = answer.chunks[0]?.kind === 'init-ack' ? MAX_INIT_ACK_FACTOR : 1;
  must(answer.bytes.length <= factor * packet.length, () => `${answer.bytes.length} bytes answer ${packet.length}`);
}

/** Calls come at any moment; what they must not do now, they are told by an error with a code. */
function asApplication(peer: ScriptedPeer, shutdown: boolean, body: Uint8Array): void {
  const data = new Uint8Array(Math.max(1, (body[0] ?? 0) << 4));
  try {
    if (shutdown) peer.node.shutdown(peer.id);
    else peer.node.send(peer.id, data, { streamId: (body[1] ?? 0) % 4 });
  } catch (error) {
    if (!(error instanceof SctpError)) throw error;
  }
  peer.clock.runFor(0);
}

function checkBounds(peer: ScriptedPeer): void {
  must(peer.core.associations.size <= MAX_ASSOCIATIONS, () => `${peer.core.associations.size} associations`);
  for (const tcb of peer.core.associations) {
    checkInvariants(tcb);
    recountFlight(tcb);
  }
  must(peer.clock.pending < 40, () => `${peer.clock.pending} timers`);
}

/** Somebody else's association is set up, and carries a message both ways. */
function checkHonest(peer: ScriptedPeer): void {
  // Answers to strangers are limited by time: RFC 9260 §8.4 and ours.
  peer.clock.runFor(2000);
  if (peer.core.associations.size >= MAX_ASSOCIATIONS) return;
  const place = { from: HONEST, sourcePort: 7000, tag: 0 };
  const before = peer.packets.length;
  const hear = (kind: Chunk['kind']): Chunk | undefined =>
    peer.packets
      .slice(before)
      .filter(({ to }) => to === HONEST)
      .flatMap(({ chunks }) => chunks)
      .find((chunk) => chunk.kind === kind);
  const init = { ...peer.init(), initiateTag: 0x7777_7777, initialTsn: peer.initialTsn };
  peer.sendWith(place, { ...init, parameters: [] });
  const ack = hear('init-ack');
  must(ack?.kind === 'init-ack', () => 'no INIT ACK for an honest peer');
  if (ack?.kind !== 'init-ack') return;
  const messages = peer.node.messages.length;
  const echo: Chunk = { kind: 'cookie-echo', cookie: cookieOf(ack) };
  peer.sendWith({ ...place, tag: ack.initiateTag }, echo, { ...peer.data(0), tsn: init.initialTsn });
  must(hear('cookie-ack') !== undefined, () => 'no COOKIE ACK for an honest peer');
  must(peer.node.messages.length === messages + 1, () => 'the message of an honest peer did not arrive');
  peer.clock.runFor(1000);
  must(hear('sack') !== undefined, () => 'no SACK for an honest peer');
}

/** Parts of messages with others missing between them, in turns; then what was missing. */
function gaps(variant: number): FuzzInput {
  const peer = worldOf('ESTABLISHED', variant);
  const part = (n: number): Uint8Array => {
    const fields = { beginning: n % 4 === 0, ending: n % 4 === 3, text: 'part' };
    const chunk =
      variant === 1
        ? peer.iData(n, { ...fields, mid: mid(n >> 2), fsn: fsn(n & 3) })
        : peer.data(n, { ...fields, ssn: ssn(n >> 2) });
    return step(DO.ours, encodeChunk(chunk));
  };
  const numbers = [2, 6, 4, 9, 11, 1, 0, 3, 5, 8, 10, 7];
  return [Uint8Array.of(STAGES.indexOf('ESTABLISHED'), variant), ...numbers.map(part)];
}

/** The packets that bring an association to each stage and on, and what others send in it. */
function seeds(): FuzzInput[] {
  const inputs: FuzzInput[] = [];
  const captured = CAPTURED_PACKETS.map(({ hex }) => fromHex(hex).subarray(COMMON_HEADER_BYTES));
  for (const [number, stage] of STAGES.entries()) {
    for (let variant = 0; variant < 2; variant++) {
      const first = Uint8Array.of(number, variant);
      const peer = worldOf(stage, variant);
      for (const chunk of chunksOf(peer, variant)) {
        inputs.push([
          first,
          step(chunk.kind === 'init' ? DO.zeroTag : DO.ours, encodeChunk(chunk)),
          Uint8Array.of(DO.pass, 60, 0),
        ]);
      }
      for (const bytes of captured.slice(0, stage === 'ESTABLISHED' || stage === 'CLOSED' ? captured.length : 20)) {
        inputs.push([first, step(DO.ours, bytes)]);
      }
    }
  }
  for (const variant of [0, 1]) inputs.push(gaps(variant));
  const peer = worldOf('CLOSED', 0);
  const ack = peer.askForInitAck();
  const echo: Chunk = { kind: 'cookie-echo', cookie: cookieOf(ack) };
  const [init, cookie] = [step(DO.zeroTag, encodeChunk(peer.init())), step(DO.ours, encodeChunk(echo))];
  inputs.push([
    Uint8Array.of(0, 0),
    init,
    cookie,
    step(DO.ours, encodeChunk(peer.data(0))),
    step(DO.ours, encodeChunk(peer.shutdown())),
  ]);
  return inputs;
}

function chunksOf(peer: ScriptedPeer, variant: number): Chunk[] {
  const data = variant === 1 ? peer.iData(0) : peer.data(0);
  const request = { requestNumber: peer.initialTsn, responseNumber: peer.theirTsn };
  return [
    data,
    variant === 1 ? peer.iData(2, { ending: false }) : peer.data(2, { ending: false }),
    peer.init(),
    peer.initAck(),
    { kind: 'cookie-ack' },
    { kind: 'cookie-echo', cookie: new Uint8Array(60) },
    peer.sack(0),
    peer.sack(1, [{ start: 2, end: 3 }]),
    peer.shutdown(),
    { kind: 'shutdown-ack' },
    { kind: 'shutdown-complete', tagReflected: false },
    { kind: 'heartbeat', value: new Uint8Array(20) },
    { kind: 'heartbeat-ack', value: new Uint8Array(20) },
    { kind: 'abort', tagReflected: false, causes: [] },
    { kind: 'error', causes: [{ kind: 'stale-cookie', stalenessUs: 1 }] },
    variant === 1 ? peer.iForwardTsn(1) : peer.forwardTsn(1, []),
    {
      kind: 're-config',
      parameters: [
        { kind: 'outgoing-ssn-reset-request', ...request, lastAssignedTsn: peer.initialTsn, streams: [0, 1] },
      ],
    },
    {
      kind: 're-config',
      parameters: [{ kind: 'incoming-ssn-reset-request', requestNumber: peer.initialTsn, streams: [1] }],
    },
    {
      kind: 're-config',
      parameters: [{ kind: 'add-outgoing-streams-request', requestNumber: peer.initialTsn, newStreams: 3 }],
    },
  ];
}

export const sctpPackets: FuzzTarget = {
  name: 'sctp-packets',
  about: 'SCTP packets with right tag and checksum, and others, into an endpoint in every state of RFC 9260 §4',
  shape: 'tlv',
  maxSteps: 40,
  weight: 4,
  seeds,
  run: ([first = new Uint8Array(2), ...steps]) => {
    const peer = worldOf(STAGES[(first[0] ?? 0) % STAGES.length]!, first[1] ?? 0);
    for (const bytes of steps) play(peer, bytes);
    checkBounds(peer);
    checkHonest(peer);
    for (const { bytes } of peer.packets)
      must(decodePacket(bytes).malformed === undefined, () => 'an answer that is malformed');
  },
};
