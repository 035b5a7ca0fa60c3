import { fromHex, toHex } from '../../../src/base/bytes.ts';
import type { PeerIdentity } from '../../../src/rserpool/access/identity.ts';
import type { EnrpBody } from '../../../src/rserpool/enrp/speaker.ts';
import type { RegistrarConfig } from '../../../src/rserpool/registrar/config.ts';
import type { RegistrarEvent } from '../../../src/rserpool/registrar/events.ts';
import { type RegistrarOptions, RegistrarRole } from '../../../src/rserpool/registrar/registrar.ts';
import { PPID, type RoleInput, type RoleOutput, type TransportTarget } from '../../../src/rserpool/role.ts';
import type { AsapMessage } from '../../../src/rserpool/wire/asap.ts';
import { decodeAsap, encodeAsap } from '../../../src/rserpool/wire/asap-codec.ts';
import type { ErrorCause } from '../../../src/rserpool/wire/cause.ts';
import type { PoolElementParameter } from '../../../src/rserpool/wire/element.ts';
import type { EnrpMessage } from '../../../src/rserpool/wire/enrp.ts';
import { decodeEnrp, encodeEnrp } from '../../../src/rserpool/wire/enrp-codec.ts';
import { poolHandle } from '../../../src/rserpool/wire/pool-handle.ts';
import { SeededRandom } from '../../harness/random.ts';

/** Identifier of the registrar under test, unless a test says otherwise. */
export const OWN = 50;
export const ABC = poolHandle('abc');

/** 192.0.2.n; ports of a registrar's ENRP side unless given. */
export function host(n: number, port = 9901, udpPort = 9899): TransportTarget {
  return { protocol: 'sctp', addresses: [`192.0.2.${n}`], port, udpPort };
}

/** A pool element at 192.0.2.n, SCTP port 4711, round robin, 600 s. */
export function element(
  identifier: number,
  n: number,
  changes: Partial<PoolElementParameter> = {},
): PoolElementParameter {
  return {
    identifier,
    homeRegistrarIdentifier: 0,
    registrationLifeS: 600,
    userTransport: { protocol: 'sctp', port: 4711, use: 'data-and-control', addresses: [`192.0.2.${n}`] },
    policy: { kind: 'round-robin' },
    ...changes,
  };
}

/** The same as registrars tell it each other. */
export function peerElement(
  identifier: number,
  n: number,
  home: number,
  changes: Partial<PoolElementParameter> = {},
): PoolElementParameter {
  return element(identifier, n, {
    homeRegistrarIdentifier: home,
    asapTransport: { protocol: 'sctp', port: 4711, use: 'data-only', addresses: [`192.0.2.${n}`] },
    ...changes,
  });
}

/** A registrar on virtual time; elements, users and peers are played by the test, message by message. */
export class RegistrarLadder {
  readonly role: RegistrarRole;
  readonly events: RegistrarEvent[] = [];
  readonly sent: Extract<RoleOutput<RegistrarEvent>, { kind: 'send' }>[] = [];
  readonly connects: Extract<RoleOutput<RegistrarEvent>, { kind: 'connect' }>[] = [];
  readonly probes: number[] = [];
  readonly announcements: Uint8Array[] = [];
  now = 0;
  #lines: string[] = [];

  constructor(config: Partial<RegistrarConfig> = {}, options: Partial<RegistrarOptions> = {}) {
    this.role = new RegistrarRole(
      { entropy: new SeededRandom(1), enrp: host(9), registrarId: OWN, profile: 'rfc', config, ...options },
      0,
    );
    this.advance(0);
  }

  /** A registrar that serves, without peers yet; the way there leaves no lines. */
  static serving(config: Partial<RegistrarConfig> = {}, options: Partial<RegistrarOptions> = {}): RegistrarLadder {
    const ladder = new RegistrarLadder(config, options);
    ladder.take();
    return ladder;
  }

  /** The lines since the last time; events are not among them. */
  take(): string[] {
    this.#drain();
    const lines = this.#lines;
    this.#lines = [];
    return lines;
  }

  eventsOf<Kind extends RegistrarEvent['kind']>(kind: Kind): Extract<RegistrarEvent, { kind: Kind }>[] {
    return this.events.filter((event): event is Extract<RegistrarEvent, { kind: Kind }> => event.kind === kind);
  }

  /** Without the one about times that fit badly: tests choose them so that nothing else happens. */
  warnings(): string[] {
    return this.eventsOf('warning')
      .map(({ code }) => code)
      .filter((code) => code !== 'configuration');
  }

  input(input: RoleInput): void {
    this.role.handleInput(input, this.now);
    this.#drain();
  }

  up(
    channel: number,
    remote: TransportTarget,
    initiator: 'local' | 'remote' = 'remote',
    peer?: PeerIdentity | undefined,
  ): void {
    this.input({ kind: 'channel-up', channel, initiator, remote, local: host(9), peer });
  }

  down(channel: number, failed = true): void {
    this.input({ kind: 'channel-down', channel, reason: 'gone', failed });
  }

  /** The peer ends the channel; nothing is on its way. */
  closing(channel: number): void {
    this.input({ kind: 'channel-closing', channel, reason: 'ends' });
  }

  /** The transport's doubt: what was sent stays unacknowledged. */
  suspect(channel: number): void {
    this.input({ kind: 'channel-suspect', channel, reason: 'data stays unacknowledged' });
  }

  /** The outcome of a probe. */
  probed(channel: number, alive: boolean): void {
    this.input({ kind: 'probe-result', channel, alive });
  }

  bytes(channel: number, ppid: number, bytes: Uint8Array): void {
    this.input({ kind: 'message', channel, ppid, streamId: 0, bytes });
  }

  asap(channel: number, message: AsapMessage): void {
    this.bytes(channel, PPID.asap, encodeAsap(message));
  }

  enrp(channel: number, senderId: number, body: EnrpBody, receiverId = 0): void {
    this.bytes(channel, PPID.enrp, encodeEnrp({ ...body, senderId, receiverId } as EnrpMessage));
  }

  hex(channel: number, ppid: number, text: string): void {
    this.bytes(channel, ppid, fromHex(text));
  }

  /** An element at 192.0.2.n on a channel of its own, registered in pool "abc". */
  registered(channel: number, identifier: number, n: number, changes: Partial<PoolElementParameter> = {}): void {
    this.up(channel, host(n, 4711));
    this.asap(channel, { kind: 'registration', poolHandle: ABC, element: element(identifier, n, changes) });
    this.take();
  }

  /** A peer at 192.0.2.id that has opened a channel and owns nothing; nothing of the greeting stays in `take`. */
  peer(channel: number, id: number, checksum = 0xffff): void {
    this.up(channel, host(id));
    this.presence(channel, id, checksum);
    this.take();
  }

  /** A peer with an element, both of the same number: what owns nothing is not taken over. */
  owner(channel: number, id: number): void {
    this.peer(channel, id);
    this.enrp(channel, id, {
      kind: 'handle-update',
      action: 'add-pe',
      poolHandle: ABC,
      element: peerElement(id, id, id),
    });
  }

  presence(channel: number, id: number, checksum = 0xffff, replyRequired = false): void {
    this.presenceAt(channel, id, id, checksum, replyRequired);
  }

  /** The peer says that it is at 192.0.2.n. */
  presenceAt(channel: number, id: number, n: number, checksum = 0xffff, replyRequired = false): void {
    this.enrp(channel, id, {
      kind: 'presence',
      replyRequired,
      checksum,
      information: {
        identifier: id,
        transport: { protocol: 'sctp', port: 9901, use: 'data-only', addresses: [`192.0.2.${n}`] },
      },
    });
  }

  /** Lets time pass, with every timeout in its turn. */
  advance(ms: number): void {
    const end = this.now + ms;
    for (let next = this.role.nextTimeoutAt(); next !== undefined && next <= end; next = this.role.nextTimeoutAt()) {
      this.now = Math.max(this.now, next);
      this.role.handleTimeout(this.now);
      this.#drain();
      const again = this.role.nextTimeoutAt();
      if (again !== undefined && again <= this.now) throw new Error(`a timeout at ${again} that does not go away`);
    }
    this.now = end;
  }

  lastSent(channel: number): string {
    const last = this.sent.findLast((output) => output.channel === channel);
    return last === undefined ? '' : toHex(last.bytes);
  }

  /** Identifiers of the elements and their homes: `7@50`. */
  elements(): string[] {
    return this.role
      .snapshot()
      .pools.flatMap(({ elements }) => elements.map((each) => `${each.identifier}@${each.homeRegistrarIdentifier}`));
  }

  /** Peers and their states: `20 active`. */
  peers(): string[] {
    return this.role.snapshot().peers.map(({ registrarId, state }) => `${registrarId} ${state}`);
  }

  #drain(): void {
    for (let output = this.role.pollOutput(); output !== undefined; output = this.role.pollOutput()) {
      switch (output.kind) {
        case 'event':
          this.events.push(output.event);
          break;
        case 'send':
          this.sent.push(output);
          this.#lines.push(
            `${output.channel}: ${output.ppid === PPID.asap ? asapLine(output.bytes) : enrpLine(output.bytes)}`,
          );
          break;
        case 'connect':
          this.connects.push(output);
          this.#lines.push(`connect ${output.channel} ${output.target.addresses.join('+')}:${output.target.port}`);
          break;
        case 'close':
          this.#lines.push(`close ${output.channel} ${output.how}`);
          break;
        case 'hold':
          this.#lines.push(`hold ${output.channel} until ${output.until}`);
          break;
        case 'probe':
          this.probes.push(output.channel);
          break;
        case 'announce':
          this.announcements.push(output.bytes);
          this.#lines.push('announce');
          break;
      }
    }
  }
}

function causes(list: readonly ErrorCause[]): string[] {
  return list.map(({ kind }) => kind);
}

function asapLine(bytes: Uint8Array): string {
  const message = decodeAsap(bytes);
  const words: (string | number)[] = [message.kind];
  if (message.kind === 'registration-response') {
    words.push(message.peIdentifier, message.rejected ? 'rejected' : 'granted', ...causes(message.causes));
  } else if (message.kind === 'deregistration-response') words.push(message.peIdentifier, ...causes(message.causes));
  else if (message.kind === 'handle-resolution-response') {
    if (message.acceptedSubscription) words.push('A');
    words.push(`[${message.elements.map(({ identifier }) => identifier).join(' ')}]`, ...causes(message.causes));
  } else if (message.kind === 'endpoint-keep-alive') {
    words.push(`${message.poolHandle}`, `from ${message.registrarIdentifier}`);
    if (message.peIdentifier !== undefined) words.push(`pe ${message.peIdentifier}`);
    if (message.home) words.push('H');
  } else if (message.kind === 'error') words.push(...causes(message.causes));
  return words.join(' ');
}

function enrpLine(bytes: Uint8Array): string {
  const message = decodeEnrp(bytes);
  const words: (string | number)[] = [message.kind];
  if (message.kind !== 'unknown' && message.receiverId !== 0) words.push(`to ${message.receiverId}`);
  switch (message.kind) {
    case 'presence':
      if (message.replyRequired) words.push('reply!');
      words.push(message.checksum?.toString(16) ?? 'no checksum');
      break;
    case 'handle-table-request':
      if (message.ownChildrenOnly) words.push('W');
      break;
    case 'handle-table-response':
      if (message.rejected) words.push('R');
      if (message.more) words.push('M');
      words.push(
        `[${message.pools.flatMap(({ elements }) => elements.map(({ identifier }) => identifier)).join(' ')}]`,
      );
      break;
    case 'handle-update':
      words.push(message.action, `${message.poolHandle}`, message.element.identifier);
      words.push(`home ${message.element.homeRegistrarIdentifier}`);
      break;
    case 'list-response':
      if (message.rejected) words.push('R');
      words.push(`[${message.registrars.map(({ identifier }) => identifier).join(' ')}]`);
      break;
    case 'init-takeover':
    case 'init-takeover-ack':
    case 'takeover-server':
      words.push(`target ${message.targetId}`);
      break;
    case 'error':
      words.push(...causes(message.causes));
      break;
  }
  return words.join(' ');
}
