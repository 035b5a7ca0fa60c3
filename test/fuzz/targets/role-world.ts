import type { PeerIdentity } from '../../../src/rserpool/access/identity.ts';
import { RSerPoolError } from '../../../src/rserpool/errors.ts';
import {
  type ChannelId,
  PPID,
  type Role,
  type RoleInput,
  type RoleOutput,
  type TransportTarget,
} from '../../../src/rserpool/role.ts';
import type { AsapMessage } from '../../../src/rserpool/wire/asap.ts';
import { decodeAsap, encodeAsap } from '../../../src/rserpool/wire/asap-codec.ts';
import type { EnrpMessage } from '../../../src/rserpool/wire/enrp.ts';
import { decodeEnrp, encodeEnrp } from '../../../src/rserpool/wire/enrp-codec.ts';
import { host } from '../../rserpool/asap/role-ladder.ts';
import { must } from '../fuzz-target.ts';

/** What the low half of a step's first byte does; the high half is the channel. */
export const DO = {
  message: 0,
  otherMessage: 5,
  announce: 6,
  data: 7,
  up: 8,
  down: 9,
  pass: 10,
  change: 11,
  doubt: 12,
  closing: 13,
  sendFailed: 14,
  call: 15,
} as const;

const MAX_CHANNELS = 60;
/** What came before may have to run into its timeouts first. */
const HONEST_MS = 600_000;
const HONEST_PASS_MS = 500;
/** Outputs that one step may cause: more would be talk without end. */
const MAX_OUTPUTS = 3000;
const IDENTITIES: readonly (PeerIdentity | undefined)[] = [
  undefined,
  { kind: 'psk', name: 'pe-1' },
  { kind: 'psk', name: 'registrar-20' },
  { kind: 'anonymous' },
  { kind: 'certificate', names: ['dns:a.example'] },
];

/** The first byte of a step. */
export function doing(what: number, channel = 0): number {
  return (channel << 4) | what;
}

/** A role and the driver's part of its contract (role.ts), whose checks are the role's part. */
export class RoleWorld<Event extends { readonly kind: string }, R extends Role<Event>> {
  readonly role: R;
  readonly channels = new Map<ChannelId, 'connecting' | 'up' | 'closing'>();
  readonly events: Event[] = [];
  readonly sent: Extract<RoleOutput<Event>, { kind: 'send' }>[] = [];
  now = 0;
  readonly #ppid: number;
  readonly #call: (role: R, body: Uint8Array, now: number) => void;
  #nextRemote = 2;
  #outputs = 0;

  /**
   * @param ppid of `DO.message`
   * @param call what the application does at `DO.call`
   */
  constructor(role: R, ppid: number, call: (role: R, body: Uint8Array, now: number) => void = () => undefined) {
    this.role = role;
    this.#ppid = ppid;
    this.#call = call;
    this.pass(0);
  }

  input(input: RoleInput): void {
    this.role.handleInput(input, this.now);
    this.drain();
  }

  /** The next channel that a peer opens: 2, 4, … */
  open(remote: TransportTarget, peer?: PeerIdentity): ChannelId {
    const channel = this.#nextRemote;
    this.#nextRemote += 2;
    this.up(channel, remote, 'remote', peer);
    return channel;
  }

  up(channel: ChannelId, remote: TransportTarget, initiator: 'local' | 'remote', peer?: PeerIdentity): void {
    this.channels.set(channel, 'up');
    this.input({ kind: 'channel-up', channel, initiator, remote, local: host(9, 4711), peer });
  }

  down(channel: ChannelId, failed = true): void {
    this.channels.delete(channel);
    this.input({ kind: 'channel-down', channel, reason: 'gone', failed });
  }

  bytes(channel: ChannelId, ppid: number, bytes: Uint8Array): void {
    this.input({ kind: 'message', channel, ppid, streamId: 0, bytes });
  }

  asap(channel: ChannelId, message: AsapMessage): void {
    this.bytes(channel, PPID.asap, encodeAsap(message));
  }

  enrp(channel: ChannelId, message: EnrpMessage): void {
    this.bytes(channel, PPID.enrp, encodeEnrp(message));
  }

  /** Lets time pass, with every timeout in its turn. */
  pass(ms: number): void {
    const end = this.now + ms;
    let rounds = 0;
    for (let at = this.role.nextTimeoutAt(); at !== undefined && at <= end; at = this.role.nextTimeoutAt()) {
      this.now = Math.max(at, this.now);
      this.role.handleTimeout(this.now);
      this.drain();
      must(++rounds < 100_000, () => 'timeouts without end');
    }
    this.now = end;
  }

  /**
   * From now on everybody is honest: who is called answers, and ASAP is answered as it should be. Time passes until what
   * is wanted has come about.
   *
   * @param from what was sent since is answered
   * @returns false if it has not within the time
   */
  becomesTrue(
    wanted: () => boolean,
    from: number,
    answer: (message: AsapMessage) => AsapMessage | undefined,
    peer?: PeerIdentity,
  ): boolean {
    let answered = from;
    for (const until = this.now + HONEST_MS; this.now < until; this.pass(HONEST_PASS_MS)) {
      for (let busy = true; busy; ) {
        busy = false;
        for (const channel of [...this.channels.keys()]) {
          const state = this.channels.get(channel);
          if (state === 'connecting') this.up(channel, host(1), 'local', peer);
          else if (state === 'closing') this.down(channel, false);
          busy ||= state !== 'up';
        }
        for (; answered < this.sent.length; answered++) {
          const { channel, ppid, bytes } = this.sent[answered]!;
          if (ppid !== PPID.asap || this.channels.get(channel) !== 'up') continue;
          const reply = answer(decodeAsap(bytes));
          if (reply !== undefined) this.asap(channel, reply);
          busy = true;
        }
      }
      if (wanted()) return true;
    }
    return false;
  }

  /** One step of an input. */
  play(bytes: Uint8Array): void {
    const [what, number] = [(bytes[0] ?? 0) & 15, (bytes[0] ?? 0) >> 4];
    const body = bytes.slice(1);
    this.#outputs = 0;
    if (what === DO.pass) this.pass(2 * (body[0] ?? 0) ** 2);
    else if (what === DO.announce) {
      const from = { address: `192.0.2.${number}`, udpPort: 3863 };
      this.input({ kind: 'announcement', from, bytes: body, ...(number % 2 === 1 && { ppid: this.#ppid }) });
    } else if (what === DO.call) this.#callRole(body);
    else if (what === DO.up && this.channels.size < MAX_CHANNELS) {
      this.open(host(number, body[0] === 0 ? 9901 : 4711), IDENTITIES[(body[1] ?? 0) % IDENTITIES.length]);
    } else this.#onChannel(what, number, body);
    must(this.#outputs < MAX_OUTPUTS, () => `${this.#outputs} outputs because of one step`);
  }

  #onChannel(what: number, number: number, body: Uint8Array): void {
    const all = [...this.channels];
    const [channel, state] = all[number % Math.max(all.length, 1)] ?? [];
    if (channel === undefined) return;
    if (state === 'connecting') {
      if ((body[0] ?? 0) % 4 === 3) this.down(channel);
      else this.up(channel, host(number), 'local', IDENTITIES[(body[0] ?? 0) % IDENTITIES.length]);
    } else if (state === 'closing' || what === DO.down) this.down(channel, (body[0] ?? 0) % 2 === 0);
    else this.#onOpen(what, channel, body);
  }

  #onOpen(what: number, channel: ChannelId, body: Uint8Array): void {
    switch (what) {
      case DO.otherMessage:
        this.bytes(channel, this.#ppid === PPID.asap ? PPID.enrp : PPID.asap, body);
        break;
      case DO.data:
        this.bytes(channel, 0, body);
        break;
      case DO.change: {
        const remote = host(body[0] ?? 0);
        this.input({ kind: 'channel-changed', channel, remote, restarted: (body[1] ?? 0) % 2 === 1 });
        break;
      }
      case DO.doubt:
        if ((body[0] ?? 0) % 2 === 0) this.input({ kind: 'channel-suspect', channel, reason: 'fuzz' });
        else this.input({ kind: 'probe-result', channel, alive: (body[0] ?? 0) % 4 === 1 });
        break;
      case DO.closing:
        this.input({ kind: 'channel-closing', channel, reason: 'fuzz' });
        break;
      case DO.sendFailed:
        this.input({ kind: 'send-failed', channel, ppid: this.#ppid, bytes: body });
        break;
      default:
        this.bytes(channel, this.#ppid, body);
    }
  }

  /** Calls come at any moment; what they cannot do now, they are told by an error with a code. */
  #callRole(body: Uint8Array): void {
    try {
      this.#call(this.role, body, this.now);
    } catch (error) {
      if (!(error instanceof RSerPoolError)) throw error;
    }
    this.drain();
  }

  /** Carries out what the role wants, as far as it may want it; what it says has to be readable. */
  drain(): void {
    for (let output = this.role.pollOutput(); output !== undefined; output = this.role.pollOutput()) {
      this.#outputs++;
      const { kind } = output;
      if (kind === 'event') this.events.push(output.event);
      else if (kind === 'announce') readable(output.ppid ?? PPID.asap, output.bytes);
      else if (kind === 'connect') {
        const { channel, first = [] } = output;
        must(!this.channels.has(channel) && channel % 2 === 1, () => `channel ${channel} is not a new one`);
        this.channels.set(channel, 'connecting');
        for (const { ppid, bytes } of first) readable(ppid, bytes);
      } else {
        const state = this.channels.get(output.channel);
        const isOpen = state === 'up' || (kind === 'close' && state === 'connecting');
        must(isOpen, () => `${kind} on channel ${output.channel}, which is ${state}`);
        if (kind === 'close') this.channels.set(output.channel, 'closing');
        else if (kind === 'send') {
          readable(output.ppid, output.bytes);
          this.sent.push(output);
        }
      }
    }
  }
}

function readable(ppid: number, bytes: Uint8Array): void {
  if (ppid === PPID.asap) decodeAsap(bytes);
  else if (ppid === PPID.enrp) decodeEnrp(bytes);
}
