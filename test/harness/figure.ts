import { tsnAdd } from '../../src/base/serial.ts';
import type { Chunk, InitAckChunk } from '../../src/sctp/wire/types.ts';
import { cookieOf, type PacketOverrides, type ScriptedPeer } from './scripted-peer.ts';

/**
 * Plays a packet-by-packet figure, as the RFCs draw them, between an endpoint (left) and a scripted peer (right), and
 * throws at the first line that is not so. Only the endpoint's contract is used: its calls, its packets, its events, the
 * time.
 *
 *     {associate}                        a call of the endpoint's user
 *       -------- INIT -------->          the endpoint sends this and nothing else
 *       <------ INIT-ACK ------          the peer sends this
 *     [COOKIE-ECHOED]                    the endpoint's state
 *       ... 1 s                          time passes
 *     (up)                               an event for the endpoint's user
 *     (message m0)                       a message for the endpoint's user
 *
 * Packets are written as `ScriptedPeer.heard` writes them: chunks joined by ` + `, TSNs counted from 0. What the peer
 * sends takes a tag and a source in braces: `{tag reflected}` is its own, `{tag first}` that of the
 * first INIT ACK, `{tag wrong}`, `{tag 0}`, `{from 10.0.0.3}`.
 */
export function figure(peer: ScriptedPeer, drawing: string): void {
  const player = new FigurePlayer(peer);
  for (const line of drawing.split('\n')) {
    const text = line.trim();
    if (text !== '') player.play(text);
  }
  player.end();
}

const CALL = /^\{(.*)\}$/;
const HEARD = /^-+ (.*?) -+>$/;
const SAID = /^<-+ (.*?) -+$/;
const STATE = /^\[([A-Z-]+)\]$/;
const TIME = /^\.\.\. ([\d.]+) (ms|s)$/;
const MESSAGE = /^\(message (.*)\)$/;
const EVENT = /^\((.*)\)$/;

class FigurePlayer {
  readonly #peer: ScriptedPeer;
  /** Packets heard and not yet drawn. */
  #heard: string[] = [];
  #events: number;
  #messages: number;
  #line = '';
  /** INIT ACKs of the endpoint, for COOKIE ECHOs. */
  readonly #initAcks: InitAckChunk[] = [];
  #packetsSeen: number;

  constructor(peer: ScriptedPeer) {
    this.#peer = peer;
    peer.heard();
    this.#events = peer.node.events.length;
    this.#messages = peer.node.messages.length;
    this.#packetsSeen = peer.packets.length;
  }

  play(line: string): void {
    this.#line = line;
    let match = HEARD.exec(line);
    if (match !== null) {
      this.#expect(this.#heard.shift() ?? 'silence', match[1]!);
      return;
    }
    match = MESSAGE.exec(line);
    if (match !== null) {
      const message = this.#peer.node.messages[this.#messages++];
      this.#expect(message === undefined ? 'no message' : new TextDecoder().decode(message.data), match[1]!);
      return;
    }
    match = EVENT.exec(line);
    if (match !== null) {
      const event = this.#peer.node.events[this.#events++]?.event;
      this.#expect(event === undefined ? 'no event' : eventText(event), match[1]!);
      return;
    }
    this.#nothingMoreWasHeard();
    this.#do(line);
    this.#listen();
  }

  end(): void {
    this.#line = 'the end';
    this.#nothingMoreWasHeard();
    const left = this.#peer.node.events.slice(this.#events).map(({ event }) => eventText(event));
    if (left.length > 0) this.#expect(`(${left.join(') (')})`, 'no more events');
    const unread = this.#peer.node.messages.length - this.#messages;
    if (unread > 0) this.#expect(`${unread} more messages`, 'no more messages');
  }

  #do(line: string): void {
    let match = SAID.exec(line);
    if (match !== null) {
      this.#say(match[1]!);
      return;
    }
    match = STATE.exec(line);
    if (match !== null) {
      this.#expect(this.#peer.state, match[1]!);
      return;
    }
    match = TIME.exec(line);
    if (match !== null) {
      this.#peer.clock.runFor(Number(match[1]) * (match[2] === 's' ? 1000 : 1));
      return;
    }
    match = CALL.exec(line);
    if (match === null) throw new SyntaxError(`no line of a figure: ${line}`);
    this.#call(match[1]!);
    this.#peer.clock.runFor(0);
  }

  #call(text: string): void {
    const { node, id } = this.#peer;
    const [verb, ...rest] = text.split(' ');
    switch (verb) {
      case 'associate':
        this.#peer.associate();
        return;
      case 'send':
        // `{send 3000 bytes}`, `{send 10 bytes on stream 2}`, `{send 10 bytes unordered}`
        node.send(id, new Uint8Array(Number(rest[0])), {
          streamId: rest[3] === 'stream' ? Number(rest[4]) : 0,
          unordered: rest[2] === 'unordered',
        });
        return;
      case 'shutdown':
        node.shutdown(id);
        return;
      case 'abort':
        node.abort(id);
        return;
      default:
        throw new SyntaxError(`no call: {${text}}`);
    }
  }

  /** The peer's packet. */
  #say(text: string): void {
    const [, packet = '', how = ''] = /^(.*?)(?: \{(.*)\})?$/.exec(text)!;
    const overrides: { -readonly [Name in keyof PacketOverrides]: PacketOverrides[Name] } = {};
    const source = /from (\S+)/.exec(how)?.[1];
    if (source !== undefined) overrides.from = source;
    const chunks = packet.split(' + ').map((chunk) => this.#chunk(chunk));
    const tag = /tag (\w+)/.exec(how)?.[1] ?? (chunks[0]!.kind === 'init' ? '0' : 'right');
    if (tag !== 'right') overrides.tag = this.#tag(tag);
    this.#peer.sendWith(overrides, ...chunks);
  }

  #tag(name: string): number {
    switch (name) {
      case 'reflected':
        return this.#peer.tag;
      case 'wrong':
        return this.#peer.theirTag ^ 1;
      case 'first':
        return this.#initAcks[0]!.initiateTag;
      default:
        return Number(name);
    }
  }

  #chunk(text: string): Chunk {
    const peer = this.#peer;
    const [name, ...rest] = text.split(' ');
    const number = Number(rest[0]);
    switch (name) {
      case 'INIT':
        // A peer that begins anew has another tag and another Initial TSN.
        if (rest[0] === 'anew') {
          peer.tag = (peer.tag + 0x1111) >>> 0;
          peer.initialTsn = tsnAdd(peer.initialTsn, 50_000);
        }
        return peer.init();
      case 'INIT-ACK':
        return peer.initAck();
      case 'COOKIE-ECHO': {
        // The cookie of the last INIT ACK, or `COOKIE-ECHO 1` of the first one.
        const ack = rest.length === 0 ? this.#initAcks.at(-1)! : this.#initAcks[number - 1]!;
        peer.learn(ack);
        return { kind: 'cookie-echo', cookie: cookieOf(ack) };
      }
      case 'COOKIE-ACK':
        return { kind: 'cookie-ack' };
      case 'DATA':
        return peer.data(number, { unordered: rest[1]?.includes('U') ?? false });
      case 'SACK': {
        const window = rest.includes('window') ? Number(rest[rest.indexOf('window') + 1]) : undefined;
        const gaps = rest[1] === 'gaps' ? rest[2]!.split(',').map((gap) => gap.split('-').map(Number)) : [];
        return peer.sack(
          number,
          gaps.map(([start = 0, end = 0]) => ({ start, end })),
          window,
        );
      }
      case 'SHUTDOWN':
        return peer.shutdown(number);
      case 'SHUTDOWN-ACK':
        return { kind: 'shutdown-ack' };
      case 'SHUTDOWN-COMPLETE':
        return { kind: 'shutdown-complete', tagReflected: rest[0] === 'T' };
      case 'ABORT':
        return { kind: 'abort', tagReflected: rest[0] === 'T', causes: [] };
      case 'ERROR':
        return {
          kind: 'error',
          causes: [rest[0] === 'stale-cookie' ? { kind: 'stale-cookie', stalenessUs: 5 } : { kind: 'out-of-resource' }],
        };
      case 'HEARTBEAT':
        return { kind: 'heartbeat', value: new Uint8Array([0, 1, 0, 8, 1, 2, 3, 4]) };
      case 'HEARTBEAT-ACK': {
        const asked = peer.packets.flatMap(({ chunks }) => chunks.filter(({ kind }) => kind === 'heartbeat')).at(-1);
        const value = asked?.kind === 'heartbeat' ? asked.value : new Uint8Array([0, 1, 0, 8, 1, 2, 3, 4]);
        return { kind: 'heartbeat-ack', value };
      }
      default:
        throw new SyntaxError(`no chunk that a figure knows: ${text}`);
    }
  }

  #listen(): void {
    const { packets } = this.#peer;
    for (const { chunks } of packets.slice(this.#packetsSeen)) {
      for (const chunk of chunks) {
        if (chunk.kind === 'init') this.#peer.learn(chunk);
        if (chunk.kind === 'init-ack') this.#initAcks.push(chunk);
      }
    }
    this.#packetsSeen = packets.length;
    this.#heard.push(...this.#peer.heard());
    // Who comes up by the peer's COOKIE ECHO has a number of its own.
    this.#peer.id = this.#peer.node.events.findLast(({ event }) => event.kind === 'up')?.association ?? this.#peer.id;
  }

  #nothingMoreWasHeard(): void {
    if (this.#heard.length > 0) this.#expect(this.#heard.join(', then '), 'silence');
  }

  #expect(is: string, should: string): void {
    if (is !== should) throw new Error(`at "${this.#line}": ${is}, but the figure says ${should}`);
  }
}

function eventText(event: { readonly kind: string }): string {
  if (event.kind === 'closed') return `closed: ${(event as unknown as { reason: { kind: string } }).reason.kind}`;
  return event.kind;
}
