import type { Entropy, Instant } from '../../base/contract.ts';
import { WireError } from '../../base/errors.ts';
import { earlier } from '../../base/timers.ts';
import type {
  AsapMessage,
  Deregistration,
  EndpointKeepAliveAck,
  EndpointUnreachable,
  HandleResolution,
  Registration,
} from '../wire/asap.ts';
import { ASAP_MESSAGE_TYPE } from '../wire/asap.ts';
import type { ErrorCause } from '../wire/cause.ts';
import type { PoolElementParameter } from '../wire/element.ts';
import { MessageError } from '../wire/message-error.ts';
import type { PoolHandle } from '../wire/pool-handle.ts';
import { admit, isSameElement } from './admission.ts';
import type { Channel, Channels } from './channels.ts';
import type { RegistrarConfig } from './config.ts';
import type { Distances } from './distances.ts';
import type { ElementMonitor } from './element-monitor.ts';
import { type ElementStore, nameOf, type StoredElement } from './element-store.ts';
import type { ElementLoss } from './events.ts';
import { denied, type Gatekeeper } from './gatekeeper.ts';
import type { Holdings } from './holdings.ts';
import type { RegistrarOutbox } from './outbox.ts';
import { Reporters } from './reporters.ts';
import { Resolver } from './resolver.ts';
import { Subscriptions } from './subscriptions.ts';

/** What the ASAP side of a registrar is made of. */
export interface AsapParts {
  readonly config: RegistrarConfig;
  readonly entropy: Entropy;
  readonly own: { readonly id: number };
  readonly channels: Channels;
  readonly outbox: RegistrarOutbox;
  readonly store: ElementStore;
  readonly distances: Distances;
  readonly monitor: ElementMonitor;
  readonly gatekeeper: Gatekeeper;
  readonly holdings: Holdings;
  /** Whether a peer is known to be one of rsplib. */
  readonly isRsplib: (registrarId: number) => boolean;
  /** Tells the peers: HANDLE_UPDATE. */
  readonly announceUpdate: (action: 'add-pe' | 'del-pe', poolHandle: PoolHandle, element: PoolElementParameter) => void;
}

/** ASAP: what pool elements and pool users ask of a registrar. RFC 5352 §3. */
export class AsapService {
  readonly #parts: AsapParts;
  readonly #resolver: Resolver;
  readonly #subscriptions: Subscriptions;
  readonly #reporters = new Reporters();

  constructor(parts: AsapParts) {
    this.#parts = parts;
    this.#resolver = new Resolver(parts.config, parts.entropy, parts.store);
    this.#subscriptions = new Subscriptions(parts.config.maxSubscriptionsPerChannel, parts.config.subscriptionPacingMs);
  }

  handleMessage(channel: Channel, bytes: Uint8Array, now: Instant): void {
    let message: AsapMessage;
    try {
      message = this.#parts.outbox.dialects.readAsap(channel.id, bytes);
    } catch (error) {
      if (!(error instanceof WireError)) throw error;
      this.#refuse(channel, error);
      return;
    }
    this.#limit(channel, message, now);
    if (message.unrecognized !== undefined && message.kind !== 'error') {
      const causes = message.unrecognized.map((parameter) => ({ kind: 'unrecognized-parameter', parameter }) as const);
      this.#error(channel, causes);
    }
    const why = this.#parts.gatekeeper.refuses(channel, message);
    if (why !== undefined) {
      this.#deny(channel, message, why);
      return;
    }
    switch (message.kind) {
      case 'registration':
        this.#register(channel, message, now);
        return;
      case 'deregistration':
        this.#deregister(channel, message, now);
        return;
      case 'handle-resolution':
        this.#resolve(channel, message);
        return;
      case 'endpoint-keep-alive-ack':
        this.#acknowledge(channel, message, now);
        return;
      case 'endpoint-unreachable':
        this.#report(channel, message, now);
        return;
      case 'unknown':
        // RFC 5354 §4: only types whose two high bits are 01 are reported.
        if (message.report) this.#error(channel, [{ kind: 'unrecognized-message', message: message.whole }]);
        return;
      case 'error':
        // Never answered: two sides would go on for ever.
        this.#parts.outbox.event({
          kind: 'warning',
          code: 'error-received',
          text: `an ASAP_ERROR came: ${message.causes.map((cause) => cause.kind).join(', ')}`,
          channel: channel.id,
        });
        return;
      default:
        // Meant for elements or users: dropped without a word (RFC 5352 §4).
        return;
    }
  }

  handleChannelDown(channel: Channel): void {
    this.#subscriptions.handleChannelDown(channel.id);
  }

  /** The pool has changed; its subscribers will hear of it at the end of this input. */
  noteChange(poolHandle: PoolHandle): void {
    this.#subscriptions.noteChange(poolHandle);
  }

  /** Sends what subscribers have to know. */
  flush(now: Instant): void {
    this.#subscriptions.push(
      (poolHandle, itemCount) => this.#resolver.resolve(poolHandle, itemCount, true),
      (channel, response) => {
        if (this.#parts.channels.usable(channel) !== undefined) this.#parts.outbox.sendAsap(channel, response);
      },
      now,
    );
  }

  nextTimeoutAt(): Instant | undefined {
    return earlier(this.#parts.store.nextExpiryAt(), this.#subscriptions.nextPushAt());
  }

  /** Elements whose life ran out, and copies that nobody refreshed. RFC 5352 §3.2. */
  handleTimeout(now: Instant): void {
    const { announceUpdate, outbox, own, store } = this.#parts;
    for (;;) {
      const element = store.takeExpired(now, (expired) => this.#dismiss(expired));
      if (element === undefined) return;
      const homeRegistrarId = element.homeRegistrarIdentifier;
      if (homeRegistrarId !== own.id) {
        outbox.event({ kind: 'element-lost', ...nameOf(element), reason: 'orphaned', homeRegistrarId });
        continue;
      }
      outbox.event({ kind: 'expired', ...nameOf(element) });
      announceUpdate('del-pe', element.poolHandle, element.parameter);
    }
  }

  /** Removes an element that does not answer or is complained of too often, and tells everybody. RFC 5352 §3.5. */
  removeLost(element: StoredElement, reason: ElementLoss, now: Instant): void {
    const { announceUpdate, outbox, store } = this.#parts;
    if (!element.isMember) return;
    // One that only did not answer in time may live, and registers again when it hears of it.
    if (reason !== 'unreachable') this.#dismiss(element);
    store.remove(element, now);
    const { poolHandle, parameter } = element;
    const homeRegistrarId = parameter.homeRegistrarIdentifier;
    outbox.event({ kind: 'element-lost', ...nameOf(element), reason, homeRegistrarId });
    announceUpdate('del-pe', poolHandle, parameter);
  }

  /** RFC 5355 §2.1, §2.13: who asks for too much has to wait. */
  #limit(channel: Channel, { kind }: AsapMessage, now: Instant): void {
    const request =
      kind === 'handle-resolution'
        ? 'resolution'
        : kind === 'registration' || kind === 'deregistration'
          ? 'registration'
          : undefined;
    if (request !== undefined) this.#parts.outbox.holdBack(channel, request, now);
  }

  #register(channel: Channel, { poolHandle, element: registered }: Registration, now: Instant): void {
    const { config, own, outbox, store, distances, gatekeeper, announceUpdate } = this.#parts;
    const element = distances.ofElement(registered, channel.id);
    const owner = gatekeeper.ownerOf(channel);
    const admission = admit(poolHandle, element, channel, own.id, owner, config);
    if (admission.kind === 'refused') {
      this.#rejectRegistration(channel, poolHandle, element.identifier, admission.causes);
      return;
    }
    if (!this.#parts.holdings.hasRoom(store.find(poolHandle, element.identifier), channel.holder)) {
      this.#rejectRegistration(channel, poolHandle, element.identifier, [{ kind: 'lack-of-resources' }]);
      return;
    }
    const { parameter, warnings } = admission;
    const result = store.register(
      poolHandle,
      parameter,
      channel.id,
      (existing) => isSameElement(existing, channel, owner),
      now,
    );
    if (result.kind === 'rejected') {
      this.#rejectRegistration(channel, poolHandle, element.identifier, result.causes);
      return;
    }
    outbox.sendAsap(channel.id, {
      kind: 'registration-response',
      rejected: false,
      poolHandle,
      peIdentifier: element.identifier,
      causes: warnings,
    });
    const renewed = result.kind === 'updated';
    outbox.event({ kind: 'registered', ...nameOf(result.element), renewed, channel: channel.id });
    announceUpdate('add-pe', poolHandle, parameter);
  }

  /** RFC 5352 §9.3: rejected, with the security cause. What has no answer is dropped. */
  #deny(channel: Channel, message: AsapMessage, why: string): void {
    const { outbox } = this.#parts;
    const causes: ErrorCause[] = [{ kind: 'rejected-for-security' }];
    outbox.event(denied(channel, message.kind, why));
    switch (message.kind) {
      case 'registration':
        this.#rejectRegistration(channel, message.poolHandle, message.element.identifier, causes);
        break;
      case 'deregistration': {
        const { poolHandle, peIdentifier } = message;
        outbox.sendAsap(channel.id, { kind: 'deregistration-response', poolHandle, peIdentifier, causes });
        break;
      }
      case 'handle-resolution':
        outbox.sendAsap(channel.id, {
          kind: 'handle-resolution-response',
          acceptedSubscription: false,
          poolHandle: message.poolHandle,
          elements: [],
          causes,
        });
        break;
      default:
        break;
    }
  }

  #rejectRegistration(
    channel: Channel,
    poolHandle: PoolHandle,
    peIdentifier: number,
    causes: readonly ErrorCause[],
  ): void {
    const { outbox } = this.#parts;
    outbox.sendAsap(channel.id, { kind: 'registration-response', rejected: true, poolHandle, peIdentifier, causes });
    outbox.event({ kind: 'registration-rejected', poolHandle, peIdentifier, causes, channel: channel.id });
  }

  #deregister(channel: Channel, { poolHandle, peIdentifier }: Deregistration, now: Instant): void {
    const { gatekeeper, own, outbox, store, announceUpdate } = this.#parts;
    const element = store.find(poolHandle, peIdentifier);
    // An element that is not there is granted its wish, but nobody has to be told (§3.2).
    const permitted = element === undefined || isSameElement(element, channel, gatekeeper.ownerOf(channel));
    outbox.sendAsap(channel.id, {
      kind: 'deregistration-response',
      poolHandle,
      peIdentifier,
      causes: permitted ? [] : [{ kind: 'rejected-for-security' }],
    });
    if (!permitted) outbox.event({ kind: 'deregistration-rejected', poolHandle, peIdentifier, channel: channel.id });
    else if (element !== undefined) {
      store.remove(element, now);
      outbox.event({ kind: 'deregistered', poolHandle, peIdentifier });
      const parameter = { ...element.parameter, homeRegistrarIdentifier: own.id };
      // Peers take a removal only from the home: the element has just made us that, by coming here.
      if (element.homeRegistrarIdentifier !== own.id) announceUpdate('add-pe', poolHandle, parameter);
      announceUpdate('del-pe', poolHandle, parameter);
    }
  }

  #resolve(channel: Channel, { poolHandle, itemCount, subscribe }: HandleResolution): void {
    const { outbox } = this.#parts;
    // rsplib's users expect no message that they did not ask for.
    const isRsplib = outbox.dialects.of(channel.id) === 'rsplib';
    const wanted = subscribe && !isRsplib && this.#subscriptions.hasRoom(channel.id, poolHandle);
    const response = this.#resolver.resolve(poolHandle, itemCount, wanted);
    if (response.acceptedSubscription) this.#subscriptions.add(channel.id, poolHandle, itemCount);
    else this.#subscriptions.remove(channel.id, poolHandle.key);
    outbox.sendAsap(channel.id, response);
    outbox.event({ kind: 'resolved', poolHandle, elements: response.elements.length, channel: channel.id });
  }

  #acknowledge(channel: Channel, { poolHandle, peIdentifier }: EndpointKeepAliveAck, now: Instant): void {
    const { gatekeeper, monitor, store } = this.#parts;
    const element = store.find(poolHandle, peIdentifier);
    if (element === undefined) return;
    const [owner, speaker] = [element.parameter.owner, gatekeeper.ownerOf(channel)];
    // Who answers in the place of another one keeps nobody alive (RFC 5355 §2.3).
    if (owner === undefined || speaker === undefined || owner === speaker) monitor.handleAck(element, channel.id, now);
  }

  #report(channel: Channel, { poolHandle, peIdentifier }: EndpointUnreachable, now: Instant): void {
    const { config, monitor, outbox, store } = this.#parts;
    const element = store.find(poolHandle, peIdentifier);
    if (element === undefined || !channel.reports.take(now)) return;
    if (this.#reporters.add(element, channel.holder)) {
      element.badReports++;
      outbox.event({ kind: 'element-reported', ...nameOf(element), reports: element.badReports });
    }
    if (element.badReports > config.maxBadPeReports) this.removeLost(element, 'bad-reports', now);
    // rsplib's elements acknowledge keep-alives of their home registrar to that one only.
    else if (!this.#parts.isRsplib(element.homeRegistrarIdentifier)) monitor.probe(element, now);
  }

  /** An element of ours is out, and hears it if there is a channel to it. RFC 5352 §2.2.4. */
  #dismiss(element: StoredElement): void {
    if (element.homeRegistrarIdentifier === this.#parts.own.id) this.tellOut(element);
  }

  /** The element does not belong to this registrar any more; if it thinks so still, it registers again. RFC 5352 §2.2.4. */
  tellOut(element: StoredElement): void {
    const { monitor, outbox } = this.#parts;
    const channel = monitor.channelOf(element);
    // rsplib's elements take a response that they did not ask for as one to their next request.
    if (channel === undefined || outbox.dialects.of(channel) === 'rsplib') return;
    outbox.sendAsap(channel, { kind: 'deregistration-response', ...nameOf(element), causes: [] });
  }

  /** A message that does not decode. Requests get their response wherever enough of them was read. */
  #refuse(channel: Channel, error: WireError): void {
    const { outbox } = this.#parts;
    const text = `an ASAP message was dropped: ${error.message}`;
    outbox.event({ kind: 'warning', code: 'bad-message', text, channel: channel.id });
    if (!(error instanceof MessageError)) return;
    const { causes, context } = error;
    const { messageType, poolHandle, peIdentifier } = context;
    if (poolHandle !== undefined && peIdentifier !== undefined && causes.length > 0) {
      if (messageType === ASAP_MESSAGE_TYPE.registration) {
        this.#rejectRegistration(channel, poolHandle, peIdentifier, causes);
        return;
      }
      if (messageType === ASAP_MESSAGE_TYPE.deregistration) {
        outbox.sendAsap(channel.id, { kind: 'deregistration-response', poolHandle, peIdentifier, causes });
        return;
      }
    }
    this.#error(channel, causes);
  }

  #error(channel: Channel, causes: readonly ErrorCause[]): void {
    if (causes.length > 0) this.#parts.outbox.sendAsap(channel.id, { kind: 'error', causes });
  }
}
