import type { IpAddress } from '../../src/base/address.ts';
import type { Instant } from '../../src/base/contract.ts';
import { fsn, mid, ssn, type Tsn, tsn, tsnAdd, tsnDiff } from '../../src/base/serial.ts';
import type { EndpointConfig } from '../../src/sctp/core/config.ts';
import type { AssociateRequest, AssociationId, AssociationStatus, Links } from '../../src/sctp/core/contract.ts';
import { Endpoint } from '../../src/sctp/core/endpoint.ts';
import type { Tcb } from '../../src/sctp/core/tcb.ts';
import { CHUNK_TYPE } from '../../src/sctp/wire/chunk-type.ts';
import { writeChecksum } from '../../src/sctp/wire/crc32c.ts';
import { decodePacket, encodePacket } from '../../src/sctp/wire/packet.ts';
import type { Parameter } from '../../src/sctp/wire/parameter.ts';
import type { ReconfigurationParameter } from '../../src/sctp/wire/reconfig-parameter.ts';
import type {
  Chunk,
  CommonHeader,
  DataChunk,
  ForwardTsnChunk,
  GapAckBlock,
  IDataChunk,
  IForwardTsnChunk,
  InitAckChunk,
  InitChunk,
  SackChunk,
} from '../../src/sctp/wire/types.ts';
import type { CoreNode, CoreNodeOptions } from './core-node.ts';
import { CoreNetwork } from './endpoint-pair.ts';
import type { SimNetwork } from './network.ts';
import type { SimSocket } from './node.ts';
import type { VirtualClock } from './virtual-clock.ts';

/** A packet that came from the endpoint under test. */
export interface HeardPacket {
  readonly at: Instant;
  /** Address of the scripted peer that it was sent to. */
  readonly to: IpAddress;
  /** Address and UDP port that it came from. */
  readonly from: IpAddress;
  readonly fromUdpPort: number;
  /** UDP port that it was sent to. */
  readonly toUdpPort: number;
  readonly header: CommonHeader;
  readonly chunks: readonly Chunk[];
  readonly bytes: Uint8Array;
}

/** How one packet differs from what the peer would send of itself. */
export interface PacketOverrides {
  readonly tag?: number;
  readonly from?: IpAddress;
  readonly udpPort?: number;
  readonly to?: IpAddress;
  readonly sourcePort?: number;
  readonly destinationPort?: number;
}

export interface ScriptedPeerOptions {
  readonly config?: Partial<EndpointConfig>;
  readonly listening?: boolean;
  readonly seed?: number;
  /** Addresses of the endpoint under test; default 10.0.0.1. */
  readonly endpointAddresses?: readonly IpAddress[];
  /** Addresses of the scripted peer; default 10.0.0.2. */
  readonly addresses?: readonly IpAddress[];
  /** Further UDP ports that the peer has, besides 9899. */
  readonly moreUdpPorts?: readonly number[];
  readonly consume?: CoreNodeOptions['consume'];
  /** What the endpoint knows of its links; unless given it looks for no larger path MTU. */
  readonly links?: Links | undefined;
  readonly initialTsn?: number;
  readonly advertisedRwndBytes?: number;
  /** Chunk types that the peer lists as Supported Extensions; default none. */
  readonly chunkTypes?: readonly number[];
}

const ENDPOINT_PORT = 5000;
const PEER_PORT = 6000;
const UDP_PORT = 9899;

/**
 * One endpoint under test, and a peer that says what the test wants it to say and writes down what it hears, on an ideal
 * network without delay. TSNs in `data`, `sack` and `heard` count from 0, the first one of each side.
 */
export class ScriptedPeer {
  readonly clock: VirtualClock;
  readonly network: SimNetwork;
  /** The endpoint under test. */
  readonly node: CoreNode;
  readonly core: Endpoint;
  readonly addresses: readonly IpAddress[];
  /** Everything heard so far. */
  readonly packets: HeardPacket[] = [];
  /** Our Initiate Tag. */
  tag = 0x0a0b_0c0d;
  /** Our Initial TSN. */
  initialTsn: Tsn;
  advertisedRwndBytes: number;
  /** Tag and Initial TSN of the endpoint, once it has told them. */
  theirTag = 0;
  theirTsn: Tsn = tsn(0);
  /** The association of the endpoint, once it exists. */
  id: AssociationId = 0;
  readonly #sockets: SimSocket[] = [];
  readonly #extensions: readonly Parameter[];
  #heard = 0;
  /** The addresses that the endpoint's user gave last. */
  #asked: readonly IpAddress[] = [];

  constructor(options: ScriptedPeerOptions = {}) {
    const network = new CoreNetwork((core, now) => new Endpoint(core, now), { seed: options.seed ?? 1 });
    this.clock = network.clock;
    this.network = network.network;
    this.node = network.add('endpoint', {
      addresses: options.endpointAddresses ?? ['10.0.0.1'],
      sctpPort: ENDPOINT_PORT,
      config: options.config ?? {},
      listening: options.listening ?? true,
      consume: options.consume ?? 'at-once',
      links: options.links,
    });
    this.core = this.node.core as Endpoint;
    this.addresses = options.addresses ?? ['10.0.0.2'];
    this.initialTsn = tsn(options.initialTsn ?? 1000);
    this.advertisedRwndBytes = options.advertisedRwndBytes ?? 100_000;
    const { chunkTypes } = options;
    this.#extensions = chunkTypes === undefined ? [] : extensionParameters(chunkTypes);
    const host = network.network.addNode('peer', this.addresses);
    for (const address of this.addresses) {
      for (const udpPort of [UDP_PORT, ...(options.moreUdpPorts ?? [])]) {
        const socket = host.open({
          address,
          udpPort,
          onDatagram: (bytes, from) => this.#hear(bytes, from.address, from.udpPort, address, udpPort),
        });
        this.#sockets.push(socket);
      }
    }
  }

  // --- Speaking ---------------------------------------------------------------------------------------------------

  /** Sends a packet with these chunks; the endpoint has it, and its answers are heard, when the call returns. */
  send(...chunks: readonly Chunk[]): void {
    this.sendWith({}, ...chunks);
  }

  sendWith(overrides: PacketOverrides, ...chunks: readonly Chunk[]): void {
    this.sendBytes(encodePacket(this.header(overrides), chunks), overrides);
  }

  /** Chunks given as bytes, for what no codec would write. */
  sendRaw(chunks: readonly Uint8Array[], overrides: PacketOverrides = {}): void {
    const head = encodePacket(this.header(overrides), []);
    const packet = new Uint8Array(head.length + chunks.reduce((sum, { length }) => sum + length, 0));
    packet.set(head);
    let at = head.length;
    for (const chunk of chunks) {
      packet.set(chunk, at);
      at += chunk.length;
    }
    writeChecksum(packet);
    this.sendBytes(packet, overrides);
  }

  /** A whole packet, as it is. */
  sendBytes(packet: Uint8Array, overrides: PacketOverrides = {}): void {
    const address = overrides.from ?? this.addresses[0]!;
    const udpPort = overrides.udpPort ?? UDP_PORT;
    const socket = this.#sockets.find((each) => each.address === address && each.udpPort === udpPort);
    if (socket === undefined) throw new RangeError(`the scripted peer has no socket ${address}, UDP port ${udpPort}`);
    socket.send(packet, { address: overrides.to ?? this.core.addresses[0]!, udpPort: this.node.udpPort });
    this.clock.runFor(0);
  }

  header(overrides: PacketOverrides = {}): CommonHeader {
    return {
      sourcePort: overrides.sourcePort ?? PEER_PORT,
      destinationPort: overrides.destinationPort ?? ENDPOINT_PORT,
      verificationTag: overrides.tag ?? this.theirTag,
    };
  }

  // --- Chunks -----------------------------------------------------------------------------------------------------

  init(fields: Partial<InitChunk> = {}): InitChunk {
    return { ...this.#initFields(), parameters: this.#extensions, ...fields, kind: 'init' };
  }

  /** The addresses that it was asked for are listed, if there are several. */
  initAck(fields: Partial<InitAckChunk> = {}): InitAckChunk {
    const cookie: Parameter = { kind: 'state-cookie', cookie: new Uint8Array([1, 2, 3, 4, 5]) };
    const listed = this.#asked.length < 2 ? [] : this.#asked;
    const addresses = listed.map((address): Parameter => ({ kind: 'ip-address', address }));
    return {
      ...this.#initFields(),
      parameters: [cookie, ...addresses, ...this.#extensions],
      ...fields,
      kind: 'init-ack',
    };
  }

  /** A DATA chunk: a whole ordered message on stream 0 with the SSN of its number, unless told otherwise. */
  data(number: number, fields: Partial<DataChunk> & { readonly text?: string } = {}): DataChunk {
    const { text = `m${number}`, ...rest } = fields;
    return {
      kind: 'data',
      tsn: tsnAdd(this.initialTsn, number),
      streamId: 0,
      ssn: ssn(number),
      ppid: 0,
      unordered: false,
      beginning: true,
      ending: true,
      immediate: false,
      userData: new TextEncoder().encode(text),
      ...rest,
    };
  }

  /** An I-DATA chunk: a whole ordered message on stream 0 with the MID of its number, unless told otherwise. */
  iData(number: number, fields: Partial<IDataChunk> & { readonly text?: string } = {}): IDataChunk {
    const { text = `m${number}`, ...rest } = fields;
    return {
      kind: 'i-data',
      tsn: tsnAdd(this.initialTsn, number),
      streamId: 0,
      mid: mid(number),
      ppid: 0,
      fsn: fsn(0),
      unordered: false,
      beginning: true,
      ending: true,
      immediate: false,
      userData: new TextEncoder().encode(text),
      ...rest,
    };
  }

  /** A SACK of everything up to `number`; -1 acknowledges nothing. */
  sack(number: number, gaps: readonly GapAckBlock[] = [], advertisedRwndBytes = this.advertisedRwndBytes): SackChunk {
    return {
      kind: 'sack',
      cumulativeTsnAck: tsnAdd(this.theirTsn, number),
      advertisedRwndBytes,
      gapAckBlocks: gaps,
      duplicateTsns: [],
    };
  }

  /** A FORWARD TSN up to the peer's DATA `number`. */
  forwardTsn(number: number, skipped: ForwardTsnChunk['skipped'] = []): ForwardTsnChunk {
    return { kind: 'forward-tsn', newCumulativeTsn: tsnAdd(this.initialTsn, number), skipped };
  }

  /** An I-FORWARD-TSN up to the peer's I-DATA `number`. */
  iForwardTsn(number: number, skipped: IForwardTsnChunk['skipped'] = []): IForwardTsnChunk {
    return { kind: 'i-forward-tsn', newCumulativeTsn: tsnAdd(this.initialTsn, number), skipped };
  }

  /** A SHUTDOWN that acknowledges everything up to `number`. */
  shutdown(number = -1): Chunk {
    return { kind: 'shutdown', cumulativeTsnAck: tsnAdd(this.theirTsn, number) };
  }

  // --- Procedures -------------------------------------------------------------------------------------------------

  /** Sets up the association from the peer's side. */
  establish(init: Partial<InitChunk> = {}): this {
    const ack = this.askForInitAck(init);
    this.echo(ack);
    this.id = this.node.eventsOf('up').length;
    this.heard();
    return this;
  }

  /** INIT, and the INIT ACK that answers it. */
  askForInitAck(init: Partial<InitChunk> = {}, overrides: PacketOverrides = {}): InitAckChunk {
    this.sendWith({ tag: 0, ...overrides }, this.init(init));
    const ack = this.lastHeard('init-ack');
    this.learn(ack);
    return ack;
  }

  /** COOKIE ECHO with the cookie of an INIT ACK, and what goes along. */
  echo(ack: InitAckChunk, ...more: readonly Chunk[]): void {
    this.sendWith({ tag: ack.initiateTag }, { kind: 'cookie-echo', cookie: cookieOf(ack) }, ...more);
  }

  /** Lets the endpoint set up the association. The peer answers up to the state that is wanted. */
  connect(
    upTo: 'COOKIE-WAIT' | 'COOKIE-ECHOED' | 'ESTABLISHED' = 'ESTABLISHED',
    fields: Partial<InitAckChunk> = {},
  ): this {
    this.associate();
    if (upTo !== 'COOKIE-WAIT') this.send(this.initAck(fields));
    if (upTo === 'ESTABLISHED') this.send({ kind: 'cookie-ack' });
    if (upTo !== 'COOKIE-WAIT') this.heard();
    return this;
  }

  /** The endpoint's ASSOCIATE; its INIT has been heard when the call returns. */
  associate(request: Partial<AssociateRequest> = {}): void {
    this.#asked = request.addresses ?? [this.addresses[0]!];
    this.id = this.node.call((core, now) =>
      core.associate({ sctpPort: PEER_PORT, udpPort: UDP_PORT, ...request, addresses: this.#asked }, now),
    );
    this.clock.runFor(0);
    this.learn(this.lastHeard('init'));
  }

  learn(init: InitChunk | InitAckChunk): void {
    this.theirTag = init.initiateTag;
    this.theirTsn = init.initialTsn;
  }

  // --- Hearing ----------------------------------------------------------------------------------------------------

  /**
   * The packets since the last call, one line each: `SACK 3 gaps 2-2`, `COOKIE-ACK + SACK 0`, `DATA 0 BE`,
   * `ABORT T`, `ERROR stale-cookie`. Packets to another address than the first one begin with it.
   */
  heard(): string[] {
    const news = this.packets.slice(this.#heard);
    this.#heard = this.packets.length;
    return news.map((packet) => {
      const place = packet.to === this.addresses[0] ? '' : `@${packet.to} `;
      return place + packet.chunks.map((chunk) => this.brief(chunk)).join(' + ');
    });
  }

  /** Lets time pass; then as `heard`. */
  heardAfter(durationMs: number): string[] {
    this.clock.runFor(durationMs);
    return this.heard();
  }

  /** The last packet of all. */
  get last(): HeardPacket {
    const packet = this.packets.at(-1);
    if (packet === undefined) throw new Error('the scripted peer has heard nothing');
    return packet;
  }

  /** The last chunk of one kind. */
  lastHeard<Kind extends Chunk['kind']>(kind: Kind): Extract<Chunk, { readonly kind: Kind }> {
    for (let i = this.packets.length - 1; i >= 0; i--) {
      for (const chunk of this.packets[i]!.chunks) {
        if (chunk.kind === kind) return chunk as Extract<Chunk, { readonly kind: Kind }>;
      }
    }
    throw new Error(`the scripted peer has heard no ${kind}`);
  }

  brief(chunk: Chunk): string {
    switch (chunk.kind) {
      case 'data':
      case 'i-data': {
        const bits = [
          chunk.unordered ? 'U' : '',
          chunk.beginning ? 'B' : '',
          chunk.ending ? 'E' : '',
          chunk.immediate ? 'I' : '',
        ];
        return `${chunk.kind.toUpperCase()} ${tsnDiff(chunk.tsn, this.theirTsn)} ${bits.join('')}`.trimEnd();
      }
      case 'sack': {
        const gaps = chunk.gapAckBlocks.map(({ start, end }) => `${start}-${end}`).join(',');
        const duplicates = chunk.duplicateTsns.map((each) => tsnDiff(each, this.initialTsn)).join(',');
        const parts = [`SACK ${tsnDiff(chunk.cumulativeTsnAck, this.initialTsn)}`];
        if (gaps !== '') parts.push(`gaps ${gaps}`);
        if (duplicates !== '') parts.push(`duplicates ${duplicates}`);
        return parts.join(' ');
      }
      case 'forward-tsn': {
        const skipped = chunk.skipped.map(({ streamId, ssn }) => ` ${streamId}:${ssn}`).join('');
        return `FORWARD-TSN ${tsnDiff(chunk.newCumulativeTsn, this.theirTsn)}${skipped}`;
      }
      case 'i-forward-tsn': {
        const skipped = chunk.skipped.map(
          ({ streamId, unordered, mid }) => ` ${streamId}${unordered ? 'u' : ''}:${mid}`,
        );
        return `I-FORWARD-TSN ${tsnDiff(chunk.newCumulativeTsn, this.theirTsn)}${skipped.join('')}`;
      }
      case 'shutdown':
        return `SHUTDOWN ${tsnDiff(chunk.cumulativeTsnAck, this.initialTsn)}`;
      case 'abort':
        return ['ABORT', ...(chunk.tagReflected ? ['T'] : []), ...chunk.causes.map(({ kind }) => kind)].join(' ');
      case 'error':
        return ['ERROR', ...chunk.causes.map(({ kind }) => kind)].join(' ');
      case 'shutdown-complete':
        return chunk.tagReflected ? 'SHUTDOWN-COMPLETE T' : 'SHUTDOWN-COMPLETE';
      case 're-config':
        return ['RE-CONFIG', ...chunk.parameters.map((each) => this.#briefReconfiguration(each))].join(' ');
      default:
        return chunk.kind.toUpperCase();
    }
  }

  /**
   * In the notation of RFC 6525, appendix A: `OUT-REQ:0,-1/1,2 last 4`, `RESP:0=1`. Numbers count from 0, the first
   * request of each side; TSNs likewise.
   */
  #briefReconfiguration(parameter: ReconfigurationParameter): string {
    const ours = (number: number): number => (number - this.initialTsn) | 0;
    const theirs = (number: number): number => (number - this.theirTsn) | 0;
    switch (parameter.kind) {
      case 'outgoing-ssn-reset-request': {
        const { requestNumber, responseNumber, lastAssignedTsn, streams } = parameter;
        return `OUT-REQ:${theirs(requestNumber)},${ours(responseNumber)}/${streams} last ${theirs(lastAssignedTsn)}`;
      }
      case 'incoming-ssn-reset-request':
        return `IN-REQ:${theirs(parameter.requestNumber)}/${parameter.streams}`;
      case 'ssn-tsn-reset-request':
        return `TSN-REQ:${theirs(parameter.requestNumber)}`;
      case 're-configuration-response': {
        const { responseNumber, result, nextTsns } = parameter;
        const tsns = nextTsns === undefined ? '' : ` S-TSN=${theirs(nextTsns.sender)} R-TSN=${ours(nextTsns.receiver)}`;
        return `RESP:${ours(responseNumber)}=${result}${tsns}`;
      }
      case 'add-outgoing-streams-request':
        return `ADD-OUT:${theirs(parameter.requestNumber)}/${parameter.newStreams}`;
      case 'add-incoming-streams-request':
        return `ADD-IN:${theirs(parameter.requestNumber)}/${parameter.newStreams}`;
      case 'unknown':
        return `PARAMETER ${parameter.type}`;
    }
  }

  // --- Looking inside ---------------------------------------------------------------------------------------------

  get status(): AssociationStatus | undefined {
    return this.core.status(this.id);
  }

  /** The status without its counters, which every packet moves: what must not change, does not change here. */
  get standing(): unknown {
    const { status } = this;
    if (status === undefined) return undefined;
    return { ...status, counters: null, paths: status.paths.map((path) => ({ ...path, counters: null })) };
  }

  get state(): AssociationStatus['state'] {
    return this.status?.state ?? 'CLOSED';
  }

  /** The endpoint's own record of the association. */
  get tcb(): Tcb {
    const tcb = this.core.associations.get(this.id);
    if (tcb === undefined) throw new Error(`association ${this.id} does not exist`);
    return tcb;
  }

  #hear(bytes: Uint8Array, from: IpAddress, fromUdpPort: number, to: IpAddress, toUdpPort: number): void {
    const copy = bytes.slice();
    const { header, chunks, malformed } = decodePacket(copy);
    if (malformed !== undefined) throw malformed;
    this.packets.push({ at: this.clock.now(), to, from, fromUdpPort, toUdpPort, header, chunks, bytes: copy });
  }

  #initFields(): Omit<InitChunk, 'kind' | 'parameters'> {
    return {
      initiateTag: this.tag,
      advertisedRwndBytes: this.advertisedRwndBytes,
      outboundStreams: 10,
      maxInboundStreams: 10,
      initialTsn: this.initialTsn,
    };
  }
}

/** Supported Extensions, and Forward-TSN-Supported if FORWARD TSN is among them. */
function extensionParameters(chunkTypes: readonly number[]): Parameter[] {
  const supported: Parameter = { kind: 'supported-extensions', chunkTypes };
  return chunkTypes.includes(CHUNK_TYPE.forwardTsn) ? [supported, { kind: 'forward-tsn-supported' }] : [supported];
}

/** The State Cookie of an INIT ACK. */
export function cookieOf(ack: InitAckChunk): Uint8Array {
  const parameter = ack.parameters.find((each) => each.kind === 'state-cookie');
  if (parameter === undefined) throw new Error('an INIT ACK without State Cookie');
  return parameter.cookie;
}
