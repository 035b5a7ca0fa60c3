import { unreachable } from '../../base/assert.ts';
import type { Instant } from '../../base/contract.ts';
import { WireError } from '../../base/errors.ts';
import type { Channel } from '../registrar/channels.ts';
import type { RegistrarOutbox } from '../registrar/outbox.ts';
import type { TransportTarget } from '../role.ts';
import type { ErrorCause } from '../wire/cause.ts';
import type { EnrpMessage, HandleTableRequest, HandleTableResponse, ListResponse, Presence } from '../wire/enrp.ts';
import { MessageError } from '../wire/message-error.ts';
import type { Acquaintances } from './acquaintances.ts';
import type { Audit } from './audit.ts';
import type { Enforcement } from './enforcement.ts';
import type { Membership } from './membership.ts';
import type { Mentor } from './mentor.ts';
import type { PeerDialects } from './peer-dialects.ts';
import { type Peer, transportOf } from './peers.ts';
import type { Speaker } from './speaker.ts';
import type { Startup } from './startup.ts';
import type { Supervision } from './supervision.ts';
import type { TableSessions } from './table-sessions.ts';
import type { Takeover } from './takeover.ts';
import type { Updates } from './updates.ts';

type KnownMessage = Exclude<EnrpMessage, { readonly kind: 'unknown' }>;

/** All who get messages. */
export interface ReceptionParts {
  readonly outbox: RegistrarOutbox;
  readonly speaker: Speaker;
  readonly membership: Membership;
  readonly dialects: PeerDialects;
  readonly mentor: Mentor;
  readonly startup: Startup;
  readonly acquaintances: Acquaintances;
  readonly tables: TableSessions;
  readonly updates: Updates;
  readonly audit: Audit;
  readonly supervision: Supervision;
  readonly takeover: Takeover;
  readonly enforcement: Enforcement;
}

/** ENRP messages as they come in: reads them, finds out who speaks, and hands them to their procedures. RFC 5353 §2, §3. */
export class Reception {
  readonly #parts: ReceptionParts;

  constructor(parts: ReceptionParts) {
    this.#parts = parts;
  }

  handleMessage(channel: Channel, bytes: Uint8Array, now: Instant): void {
    const message = this.#read(channel, bytes);
    if (message === undefined) return;
    const { dialects, membership, startup, takeover } = this.#parts;
    const sender = membership.identify(channel, message.senderId, message.receiverId, now);
    if (sender.kind === 'collision') startup.handleCollision(now);
    if (sender.kind !== 'peer') return;
    takeover.handleHeard(sender.peer);
    dialects.handleMessage(sender.peer, channel);
    if (sender.isNew) this.#welcome(sender.peer, channel, now);
    if (!sender.isForUs) return;
    if (message.unrecognized !== undefined && message.kind !== 'error') {
      const causes = message.unrecognized.map((parameter) => ({ kind: 'unrecognized-parameter', parameter }) as const);
      this.#error(channel, message.senderId, causes);
    }
    this.#dispatch(sender.peer, sender.isNew, channel, message, now);
  }

  /** @returns nothing if the message is of no use; its sender was told why, where the RFC wants that */
  #read(channel: Channel, bytes: Uint8Array): KnownMessage | undefined {
    try {
      const message = this.#parts.outbox.dialects.readEnrp(channel.id, bytes);
      if (message.kind !== 'unknown') return message;
      // RFC 5354 §4: only types whose two high bits are 01 are reported.
      if (message.report)
        this.#error(channel, channel.peerId, [{ kind: 'unrecognized-message', message: message.whole }]);
    } catch (error) {
      if (!(error instanceof WireError)) throw error;
      this.#refuse(channel, error);
    }
    return undefined;
  }

  #welcome(peer: Peer, channel: Channel, now: Instant): void {
    const { mentor, outbox, speaker, takeover } = this.#parts;
    this.#locate(peer, peer.transport ?? channel.remote, now);
    // §3.4.1: whoever was not known is asked for its Server Information.
    speaker.reply(channel.id, peer.id, speaker.presence(true));
    outbox.event({ kind: 'peer-up', registrarId: peer.id, transport: peer.transport });
    takeover.handleNewPeer(peer);
    if (!mentor.serving) mentor.offer(peer, now);
  }

  #locate(peer: Peer, transport: TransportTarget, now: Instant): void {
    // Who was there before is probably gone, and need not be waited for.
    for (const other of this.#parts.membership.locate(peer, transport, now))
      this.#parts.supervision.suspect(other, now);
  }

  #dispatch(peer: Peer, isNew: boolean, channel: Channel, message: KnownMessage, now: Instant): void {
    const { enforcement, membership, mentor, speaker, takeover, updates } = this.#parts;
    switch (message.kind) {
      case 'presence':
        this.#handlePresence(peer, isNew, channel, message, now);
        return;
      case 'list-request':
        this.#parts.outbox.holdBack(channel, 'table', now);
        speaker.reply(channel.id, peer.id, {
          kind: 'list-response',
          rejected: !mentor.serving,
          registrars: mentor.serving ? membership.list() : [],
        });
        return;
      case 'list-response':
        this.#handleList(peer, message, now);
        return;
      case 'handle-table-request':
        this.#handleTableRequest(peer, channel, message, now);
        return;
      case 'handle-table-response':
        this.#handleTable(peer, message, now);
        return;
      case 'handle-update':
        updates.handle(peer, message, channel.id, !mentor.serving, now);
        enforcement.infer(peer, now);
        return;
      case 'init-takeover':
        takeover.handleInit(peer, message.targetId, now);
        return;
      case 'init-takeover-ack':
        takeover.handleAck(peer, message.targetId);
        return;
      case 'takeover-server':
        enforcement.handleTakeoverServer(peer, message.targetId, now);
        return;
      case 'error':
        // Never answered: two registrars would go on for ever.
        this.#warn(channel, 'error-received', `a registrar reported ${causesText(message.causes)}`, peer.id);
        return;
      default:
        unreachable(message);
    }
  }

  #handlePresence(peer: Peer, isNew: boolean, channel: Channel, message: Presence, now: Instant): void {
    const { acquaintances, audit, mentor, speaker } = this.#parts;
    peer.lastPresenceAt = now;
    if (message.information?.identifier === peer.id) {
      this.#locate(peer, transportOf(message.information, channel.remote), now);
    }
    // A new peer has just got one.
    if (message.replyRequired && !isNew) speaker.reply(channel.id, peer.id, speaker.presence(false));
    if (!mentor.serving) return;
    if (message.checksum !== undefined) audit.handleChecksum(peer, message.checksum, now);
    acquaintances.meet(peer);
  }

  #handleList(peer: Peer, message: ListResponse, now: Instant): void {
    const { acquaintances, membership, mentor, startup } = this.#parts;
    const { wanted, action } = mentor.handleList(peer, message, now);
    if (wanted || acquaintances.handleList(peer, message))
      for (const information of message.registrars) membership.learn(information, now);
    startup.act(action);
  }

  #handleTableRequest(peer: Peer, channel: Channel, message: HandleTableRequest, now: Instant): void {
    const { dialects, mentor, outbox, speaker, tables } = this.#parts;
    outbox.holdBack(channel, 'table', now);
    if (message.ownChildrenOnly && mentor.serving) {
      dialects.handleAudit(peer, channel, !tables.isContinued(channel.id, true));
    }
    speaker.reply(channel.id, peer.id, tables.answer(channel.id, message.ownChildrenOnly, mentor.serving, now));
  }

  #handleTable(peer: Peer, message: HandleTableResponse, now: Instant): void {
    const { audit, enforcement, mentor, startup, updates } = this.#parts;
    if (!mentor.isMentor(peer.id)) {
      audit.handleTable(peer, message, now);
      enforcement.infer(peer, now);
      return;
    }
    const { pools, action } = mentor.handleTable(peer, message, now);
    updates.download(peer, pools, now);
    startup.act(action);
  }

  #refuse(channel: Channel, error: WireError): void {
    this.#warn(channel, 'bad-message', `an ENRP message was dropped: ${error.message}`, channel.peerId);
    if (!(error instanceof MessageError) || error.causes.length === 0) return;
    this.#error(channel, error.context.senderId ?? channel.peerId, error.causes);
  }

  #error(channel: Channel, receiverId: number | undefined, causes: readonly ErrorCause[]): void {
    this.#parts.speaker.reply(channel.id, receiverId ?? 0, { kind: 'error', causes });
  }

  #warn(channel: Channel, code: 'bad-message' | 'error-received', text: string, registrarId?: number): void {
    this.#parts.outbox.event({ kind: 'warning', code, text, registrarId, channel: channel.id });
  }
}

function causesText(causes: readonly ErrorCause[]): string {
  return causes.map((cause) => cause.kind).join(', ') || 'an error without a cause';
}
