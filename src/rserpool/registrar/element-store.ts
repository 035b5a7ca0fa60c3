import type { Entropy, Instant } from '../../base/contract.ts';
import type { HandlespaceCursor } from '../handlespace/cursor.ts';
import { Handlespace, type RegistrationResult, type Resolution } from '../handlespace/handlespace.ts';
import type { PoolElement } from '../handlespace/pool-element.ts';
import type { ChannelId } from '../role.ts';
import { type PoolElementParameter, poolElementBytes } from '../wire/element.ts';
import type { PoolEntry } from '../wire/enrp.ts';
import type { PoolHandle } from '../wire/pool-handle.ts';
import type { RegistrarConfig } from './config.ts';
import type { ElementLoss } from './events.ts';
import type { RegistrarOutbox } from './outbox.ts';

/** An element of the registrar's handlespace. Of one that registered here it is remembered on which channel. */
export type StoredElement = PoolElement<ChannelId>;

export type TableCursor = HandlespaceCursor<ChannelId>;

/** A change of the handlespace, for those who watch elements or pools. */
export type StoreChange =
  | { readonly kind: 'registered'; readonly element: StoredElement; readonly channel: ChannelId }
  /** A peer told of it. */
  | { readonly kind: 'learnt'; readonly element: StoredElement }
  /** Its home changed from or to this registrar, or between two others. */
  | {
      readonly kind: 'moved';
      readonly element: StoredElement;
      readonly from: number;
      readonly to: number;
      /** With all others of a registrar that is dead. */
      readonly takenOver: boolean;
    }
  /** A peer wants it gone, or for itself, but it is ours: everybody has to hear so. */
  | {
      readonly kind: 'disputed';
      readonly element: StoredElement;
      readonly claimed: boolean;
      /** Where the element is reached, if not where it was asked last. */
      readonly channel?: ChannelId;
    }
  | { readonly kind: 'removed'; readonly element: StoredElement };

export type LearnOutcome =
  | 'added'
  | 'updated'
  /** Ours, and it stays ours. */
  | 'kept'
  | 'refused';

/** The handlespace with what a registrar needs around it: lives, limits, events, and who has to know of changes. */
export class ElementStore {
  readonly #own: { readonly id: number };
  readonly #outbox: RegistrarOutbox;
  readonly #handlespace: Handlespace<ChannelId>;
  readonly #keepsOwners: boolean;
  readonly #changed: (change: StoreChange, now: Instant) => void;
  /** On which channel an element registered here last, also if it has another home by now. */
  readonly #registeredOn = new WeakMap<StoredElement, ChannelId>();

  /** @param keepsOwners whether elements belong to somebody, for the registrar is secured */
  constructor(
    config: RegistrarConfig,
    own: { readonly id: number },
    outbox: RegistrarOutbox,
    changed: (change: StoreChange, now: Instant) => void,
    keepsOwners: boolean,
  ) {
    this.#keepsOwners = keepsOwners;
    this.#own = own;
    this.#outbox = outbox;
    this.#handlespace = new Handlespace({ maxPools: config.maxPools, maxElements: config.maxElements });
    this.#changed = changed;
  }

  /** For reading only. */
  get handlespace(): Handlespace<ChannelId> {
    return this.#handlespace;
  }

  checksumOf(registrarId: number): number {
    return this.#handlespace.checksumOf(registrarId);
  }

  find(poolHandle: PoolHandle, identifier: number): StoredElement | undefined {
    return this.#handlespace.find(poolHandle, identifier);
  }

  resolve(poolHandle: PoolHandle, limit: number, entropy: Entropy): Resolution<ChannelId> {
    return this.#handlespace.resolve(poolHandle, limit, entropy);
  }

  /** An element registers here. `parameter` is complete; the home is this registrar. RFC 5352 §3.1. */
  register(
    poolHandle: PoolHandle,
    parameter: PoolElementParameter,
    channel: ChannelId,
    isSameElement: (existing: StoredElement) => boolean,
    now: Instant,
  ): RegistrationResult<ChannelId> {
    const expiresAt = endOfLife(parameter, 1, now);
    const result = this.#handlespace.register({ poolHandle, parameter, now, expiresAt, owner: channel, isSameElement });
    if (result.kind === 'rejected') return result;
    if (result.kind === 'updated') this.#noteMove(result.element, result.previousHome, now);
    this.#registeredOn.set(result.element, channel);
    this.#changed({ kind: 'registered', element: result.element, channel }, now);
    return result;
  }

  /** A peer told of an element whose home is not this registrar. RFC 5353 §3.2.3 (4), §3.3.1. */
  learn(poolHandle: PoolHandle, parameter: PoolElementParameter, now: Instant): LearnOutcome {
    // Only the home expires an element; our copy outlives its life, in case all who own it are gone.
    const expiresAt = endOfLife(parameter, 2, now);
    const owner = this.#ownerAfter(poolHandle, parameter);
    const result = this.#handlespace.learn({
      poolHandle,
      parameter: owner === parameter.owner ? parameter : { ...parameter, owner },
      now,
      expiresAt,
      ownRegistrarIdentifier: this.#own.id,
    });
    if (result.kind === 'ignored') return 'kept';
    if (result.kind === 'no-room') {
      this.#outbox.event({ kind: 'warning', code: 'limit-reached', text: 'an element of a peer finds no room here' });
      return 'refused';
    }
    const { element } = result;
    const home = parameter.homeRegistrarIdentifier;
    if (result.kind === 'added') {
      this.#outbox.event({ kind: 'element-learnt', ...nameOf(element), homeRegistrarId: home });
      if (!element.isConsistent) {
        const text = `element ${parameter.identifier} does not fit to pool ${poolHandle}; it is not handed out`;
        this.#outbox.event({ kind: 'warning', code: 'inconsistent-pool', text, registrarId: home });
      }
    } else this.#noteMove(element, result.previousHome, now);
    this.#changed({ kind: 'learnt', element }, now);
    return result.kind;
  }

  /** A home that knows nothing of owners does not take an element away from its own (RFC 5355 §2.3). */
  #ownerAfter(poolHandle: PoolHandle, { identifier, owner }: PoolElementParameter): string | undefined {
    return owner ?? (this.#keepsOwners ? this.find(poolHandle, identifier)?.parameter.owner : undefined);
  }

  /** An entry of the table of its owner. If we own the element too, one of the two has to give way. RFC 5353 §3.6.3. */
  learnFromOwner(ownerId: number, poolHandle: PoolHandle, parameter: PoolElementParameter, now: Instant): LearnOutcome {
    if (parameter.homeRegistrarIdentifier !== ownerId) return 'refused';
    const existing = this.find(poolHandle, parameter.identifier);
    // After a partition both may have it. The rule has to be the same on both sides, or both would let it go.
    if (existing?.homeRegistrarIdentifier === this.#own.id && this.#own.id > ownerId) {
      this.#changed({ kind: 'disputed', element: existing, claimed: true }, now);
      return 'kept';
    }
    return this.learn(poolHandle, parameter, now);
  }

  /** A peer announced the removal of an element. RFC 5353 §3.3.2. */
  removeForPeer(element: StoredElement, now: Instant): void {
    if (element.homeRegistrarIdentifier === this.#own.id) {
      // Whoever could not reach it does not know better than its home: it stays until it fails here too.
      this.#changed({ kind: 'disputed', element, claimed: false }, now);
      return;
    }
    this.remove(element, now);
    this.#noteLoss(element, 'peer-update');
  }

  /** Takes an element out. */
  remove(element: StoredElement, now: Instant): void {
    if (this.#handlespace.remove(element)) this.#changed({ kind: 'removed', element }, now);
  }

  /**
   * Ends of registration lives, one after the other.
   * @param dismiss called before anybody else hears of it, as long as the way to the element is known
   */
  takeExpired(now: Instant, dismiss: (element: StoredElement) => void): StoredElement | undefined {
    const element = this.#handlespace.takeExpired(now);
    if (element === undefined) return undefined;
    dismiss(element);
    this.#changed({ kind: 'removed', element }, now);
    return element;
  }

  nextExpiryAt(): Instant | undefined {
    return this.#handlespace.nextExpiryAt();
  }

  /** Gives all elements of a registrar to another one. RFC 5353 §3.5.2. */
  setHome(from: number, to: number, now: Instant): number {
    const moved = this.#handlespace.setHome(from, to);
    for (const element of moved) {
      this.#handlespace.setExpiry(element, endOfLife(element.parameter, to === this.#own.id ? 1 : 2, now));
      this.#noteMove(element, from, now, true);
    }
    return moved.length;
  }

  /**
   * Removes what the owner's complete table, asked for at `revision`, did not have. RFC 5353 §3.6.3 (5).
   * @param isOpen whether there is still a channel to an element
   */
  purge(ownerId: number, revision: number, isOpen: (channel: ChannelId) => boolean, now: Instant): number {
    let removed = 0;
    for (const element of this.#handlespace.notRefreshedSince(ownerId, revision)) {
      const channel = this.#registeredOn.get(element);
      // Registered here and there at the same time, it was left to the other one by both: one takes it back.
      if (channel !== undefined && this.#own.id > ownerId && isOpen(channel)) this.#claim(element, channel, now);
      else {
        removed++;
        this.remove(element, now);
        this.#noteLoss(element, 'resynchronization');
      }
    }
    return removed;
  }

  cursor(ownChildrenOnly: boolean): TableCursor {
    return this.#handlespace.cursor(ownChildrenOnly ? this.#own.id : undefined);
  }

  /** Makes this registrar the home of an element that nobody owns, and lets the peers and the element know. */
  #claim(element: StoredElement, channel: ChannelId, now: Instant): void {
    const from = element.homeRegistrarIdentifier;
    this.#handlespace.setHomeOf(element, this.#own.id);
    this.#handlespace.setExpiry(element, endOfLife(element.parameter, 1, now));
    this.#outbox.event({ kind: 'element-moved', ...nameOf(element), from, to: this.#own.id });
    this.#changed({ kind: 'disputed', element, claimed: true, channel }, now);
  }

  #noteMove(element: StoredElement, from: number, now: Instant, takenOver = false): void {
    const to = element.homeRegistrarIdentifier;
    if (from === to) return;
    this.#outbox.event({ kind: 'element-moved', ...nameOf(element), from, to });
    this.#changed({ kind: 'moved', element, from, to, takenOver }, now);
  }

  #noteLoss(element: StoredElement, reason: ElementLoss): void {
    const homeRegistrarId = element.homeRegistrarIdentifier;
    this.#outbox.event({ kind: 'element-lost', ...nameOf(element), reason, homeRegistrarId });
  }
}

/** The two names of an element, as events carry them. */
export function nameOf(element: StoredElement): { readonly poolHandle: PoolHandle; readonly peIdentifier: number } {
  return { poolHandle: element.poolHandle, peIdentifier: element.identifier };
}

/**
 * The next part of a handle table, and whether more is left. At least one element, whatever its size, unless none is
 * left. RFC 5353 §3.2.3.
 */
export function takeTablePart(
  cursor: TableCursor,
  maxBytes: number,
): { readonly pools: readonly PoolEntry[]; readonly more: boolean } {
  const pools: { readonly poolHandle: PoolHandle; readonly elements: PoolElementParameter[] }[] = [];
  let bytes = 0;
  for (let element = cursor.peek(); element !== undefined; element = cursor.peek()) {
    const { poolHandle, parameter } = element;
    const sameHandle = pools.at(-1)?.poolHandle.key === poolHandle.key;
    bytes += poolElementBytes(parameter) + (sameHandle ? 0 : 8 + poolHandle.bytes.length);
    if (bytes > maxBytes && pools.length > 0) return { pools, more: true };
    if (sameHandle) pools.at(-1)!.elements.push(parameter);
    else pools.push({ poolHandle, elements: [parameter] });
    cursor.advance();
  }
  return { pools, more: false };
}

function endOfLife({ registrationLifeS }: PoolElementParameter, lives: number, now: Instant): Instant | undefined {
  // -1 never ends; a peer may send nonsense like -2, and then its owner has to care.
  return registrationLifeS < 0 ? undefined : now + lives * registrationLifeS * 1000;
}
