import { ByteWriter } from '../../base/bytes.ts';
import type { Entropy, Instant } from '../../base/contract.ts';
import { Numbering } from '../../base/numbering.ts';
import type { ErrorCause } from '../wire/cause.ts';
import type { PoolElementParameter } from '../wire/element.ts';
import { type PolicyParameter, writePolicy } from '../wire/policy.ts';
import type { PoolHandle, PoolHandleKey } from '../wire/pool-handle.ts';
import { type HandlespaceConfig, handlespaceConfig } from './config.ts';
import { HandlespaceCursor } from './cursor.ts';
import { Expiries } from './expiries.ts';
import { Ownership } from './ownership.ts';
import { ParameterArchive } from './parameter-archive.ts';
import { Pool } from './pool.ts';
import type { PoolElement } from './pool-element.ts';
import { type ElementStorage, PoolElementRecord } from './pool-element-record.ts';

/** A registration or re-registration at this registrar. RFC 5352 §3.1. */
export interface Registration<Owner> {
  readonly poolHandle: PoolHandle;
  /** Complete: with this registrar as the home and the ASAP transport as it was seen. */
  readonly parameter: PoolElementParameter;
  readonly now: Instant;
  /** End of the registration life; `undefined` for never. */
  readonly expiresAt: Instant | undefined;
  readonly owner: Owner;
  /**
   * Whether the element that has this identifier already is the one that registers. RFC 5352 §3.1 (3) takes it for
   * granted, RFC 5354 §3.12.5 does not: the registrar has to know by identity, channel or address.
   */
  isSameElement(existing: PoolElement<Owner>): boolean;
}

export type RegistrationResult<Owner> =
  | { readonly kind: 'added'; readonly element: PoolElement<Owner> }
  | {
      readonly kind: 'updated';
      readonly element: PoolElement<Owner>;
      /** The registrar that was its home before. */
      readonly previousHome: number;
    }
  /** Nothing has changed. */
  | { readonly kind: 'rejected'; readonly causes: readonly ErrorCause[] };

/** An element as a peer tells it in a HANDLE_UPDATE or a HANDLE_TABLE_RESPONSE. RFC 5353 §3.2.3, §3.3.1. */
export interface PeerRecord {
  readonly poolHandle: PoolHandle;
  readonly parameter: PoolElementParameter;
  readonly now: Instant;
  /** When to forget the element if nobody tells it again; `undefined` for never. */
  readonly expiresAt: Instant | undefined;
  /** The identifier of the registrar that learns it. */
  readonly ownRegistrarIdentifier: number;
}

export type LearnResult<Owner> =
  /** Look at `isConsistent`: an element that does not fit to its pool is kept but not handed out. */
  | { readonly kind: 'added'; readonly element: PoolElement<Owner> }
  | { readonly kind: 'updated'; readonly element: PoolElement<Owner>; readonly previousHome: number }
  /** The peer says that the element is ours: we know better what we own. */
  | { readonly kind: 'ignored' }
  /** A limit is reached. */
  | { readonly kind: 'no-room' };

export type Resolution<Owner> =
  | {
      readonly kind: 'resolved';
      /** The pool's policy; only its type counts. */
      readonly policy: PolicyParameter;
      readonly elements: readonly PoolElement<Owner>[];
    }
  | { readonly kind: 'unknown-pool' }
  /** The pool exists, but none of its elements can be selected: all have weight 0 (RFC 5356 §3.2). */
  | { readonly kind: 'none-selectable' };

/** The pools and their elements, as one registrar knows them. RFC 5353 §1.1. Data only: it sends nothing. */
export class Handlespace<Owner = unknown> {
  readonly #limits: HandlespaceConfig;
  readonly #pools = new Map<PoolHandleKey, Pool<Owner>>();
  readonly #ownership = new Ownership();
  readonly #elements = new Numbering<PoolElementRecord<Owner>>();
  readonly #expiries = new Expiries();
  readonly #storage: ElementStorage;
  #handleBytes = 0;
  #nextSerial = 0;
  #revision = 0;

  /** @throws ConfigError for limits that make no sense */
  constructor(limits: Partial<HandlespaceConfig> = {}) {
    this.#limits = handlespaceConfig(limits);
    const parameters = new ParameterArchive(this.#limits.maxUnpackedElements);
    this.#storage = { parameters, expiries: this.#expiries };
  }

  get poolCount(): number {
    return this.#pools.size;
  }

  get elementCount(): number {
    return this.#elements.size;
  }

  /** Grows with every element that is added or updated or gets another home. See {@link notRefreshedSince}. */
  get revision(): number {
    return this.#revision;
  }

  /** All pools, oldest first. */
  pools(): IterableIterator<Pool<Owner>> {
    return this.#pools.values();
  }

  pool(poolHandle: PoolHandle): Pool<Owner> | undefined {
    return this.#pools.get(poolHandle.key);
  }

  find(poolHandle: PoolHandle, identifier: number): PoolElement<Owner> | undefined {
    return this.#find(poolHandle, identifier);
  }

  /** Adds or updates an element that registers here, if it may. RFC 5352 §3.1. */
  register(registration: Registration<Owner>): RegistrationResult<Owner> {
    const { poolHandle, parameter, owner } = registration;
    if (parameter.policy.kind === 'unknown') {
      return { kind: 'rejected', causes: [{ kind: 'invalid-values', parameter: policyBytes(parameter.policy) }] };
    }
    const pool = this.#pools.get(poolHandle.key);
    const existing = pool?.find(parameter.identifier);
    if (existing !== undefined && !registration.isSameElement(existing)) {
      return { kind: 'rejected', causes: [{ kind: 'non-unique-pe-identifier' }] };
    }
    const conflicts = pool?.conflictsWith(parameter) ?? [];
    if (conflicts.length > 0) return { kind: 'rejected', causes: conflicts };
    if (existing === undefined && !this.#hasRoomFor(poolHandle)) {
      return { kind: 'rejected', causes: [{ kind: 'lack-of-resources' }] };
    }
    return this.#put(registration, pool, existing, owner);
  }

  /**
   * Adds or updates an element that a peer told of, whether or not it fits to its pool: RFC 5353 §3.3.1 has no way to
   * refuse it, and the copies have to stay the same. The last registration wins: one that moves an element of ours to
   * another home takes it from us.
   */
  learn(record: PeerRecord): LearnResult<Owner> {
    const { poolHandle, parameter } = record;
    if (parameter.homeRegistrarIdentifier === record.ownRegistrarIdentifier) return { kind: 'ignored' };
    const pool = this.#pools.get(poolHandle.key);
    const existing = pool?.find(parameter.identifier);
    if (existing === undefined && !this.#hasRoomFor(poolHandle)) return { kind: 'no-room' };
    return this.#put(record, pool, existing, undefined);
  }

  /**
   * Takes an element out, and its pool with the last one. RFC 5352 §3.2, RFC 5353 §3.3.2.
   *
   * @returns false if it was gone already
   */
  remove(element: PoolElement<Owner>): boolean {
    const record = this.#find(element.poolHandle, element.identifier);
    if (record === undefined || record !== element) return false;
    const pool = this.#pools.get(record.poolHandle.key)!;
    this.#expiries.set(record.number, undefined);
    this.#elements.remove(record.number);
    record.leave();
    this.#disown(record);
    pool.remove(record);
    if (pool.size === 0) {
      this.#pools.delete(pool.handle.key);
      this.#handleBytes -= pool.handle.bytes.length;
    }
    return true;
  }

  /** Answers a handle resolution with at most `limit` elements, which is 1 or more. RFC 5352 §3.3, RFC 5356. */
  resolve(poolHandle: PoolHandle, limit: number, entropy: Entropy): Resolution<Owner> {
    const pool = this.#pools.get(poolHandle.key);
    if (pool === undefined) return { kind: 'unknown-pool' };
    const elements = pool.select(limit, entropy);
    return elements.length > 0 ? { kind: 'resolved', policy: pool.policy, elements } : { kind: 'none-selectable' };
  }

  /**
   * Makes another registrar the home of all elements of `from`. RFC 5353 §3.5.2.
   *
   * @returns those elements
   */
  setHome(from: number, to: number): PoolElement<Owner>[] {
    const moved: PoolElement<Owner>[] = [];
    if (from === to) return moved;
    for (const record of this.#elementsOf(from)) {
      this.#move(record, to);
      moved.push(record);
    }
    return moved;
  }

  /** Makes a registrar the home of one element. */
  setHomeOf(element: PoolElement<Owner>, to: number): void {
    const record = this.#find(element.poolHandle, element.identifier);
    if (record === element) this.#move(record, to);
  }

  /** Sets when an element is to be taken out; `undefined` for never. */
  setExpiry(element: PoolElement<Owner>, at: Instant | undefined): void {
    const record = this.#find(element.poolHandle, element.identifier);
    if (record === element) this.#expiries.set(record.number, at);
  }

  /** The earliest end of a registration life. */
  nextExpiryAt(): Instant | undefined {
    const first = this.#expiries.first;
    return first === undefined ? undefined : this.#expiries.endOf(first);
  }

  /** Takes out one element whose life has ended, earliest first; call until it returns `undefined`. RFC 5352 §3.2. */
  takeExpired(now: Instant): PoolElement<Owner> | undefined {
    const first = this.#expiries.first;
    if (first === undefined || this.#expiries.endOf(first)! > now) return undefined;
    const element = this.#elements.at(first);
    this.remove(element);
    return element;
  }

  /**
   * The elements of a home that nobody has told since the handlespace had this revision: what RFC 5353 §3.6.3 finds by
   * marks. Note {@link revision} before a resynchronisation, and remove these elements after its last part.
   */
  notRefreshedSince(home: number, revision: number): PoolElement<Owner>[] {
    return [...this.#elementsOf(home)].filter((element) => element.revision <= revision);
  }

  /** Starts a walk over all elements, or over those of one home registrar. */
  cursor(home?: number): HandlespaceCursor<Owner> {
    return new HandlespaceCursor(this.#pools.values(), home, this.#nextSerial);
  }

  /** The registrars that own at least one element. */
  homes(): Iterable<number> {
    return this.#ownership.homes;
  }

  /** How many elements a registrar owns. */
  countOf(home: number): number {
    return this.#ownership.countOf(home);
  }

  /** The PE checksum of a registrar's elements, 16 bits. RFC 5353 §3.6.2. */
  checksumOf(home: number): number {
    return this.#ownership.checksumOf(home);
  }

  #find(poolHandle: PoolHandle, identifier: number): PoolElementRecord<Owner> | undefined {
    return this.#pools.get(poolHandle.key)?.find(identifier);
  }

  *#elementsOf(home: number): Generator<PoolElementRecord<Owner>, void, undefined> {
    if (this.countOf(home) === 0) return;
    for (const pool of this.#pools.values()) {
      for (const record of pool.elements()) if (record.homeRegistrarIdentifier === home) yield record;
    }
  }

  #hasRoomFor(poolHandle: PoolHandle): boolean {
    if (this.#elements.size >= this.#limits.maxElements) return false;
    if (this.#pools.has(poolHandle.key)) return true;
    return (
      this.#pools.size < this.#limits.maxPools &&
      this.#handleBytes + poolHandle.bytes.length <= this.#limits.maxHandleBytes
    );
  }

  #put(
    { poolHandle, parameter, now, expiresAt }: Registration<Owner> | PeerRecord,
    pool: Pool<Owner> | undefined,
    existing: PoolElementRecord<Owner> | undefined,
    owner: Owner | undefined,
  ) {
    if (existing === undefined) {
      const element = this.#add(pool ?? this.#addPool(poolHandle, parameter), parameter, now, owner);
      this.#expiries.set(element.number, expiresAt);
      return { kind: 'added', element } as const;
    }
    const previousHome = existing.homeRegistrarIdentifier;
    const isMoving = previousHome !== parameter.homeRegistrarIdentifier;
    if (isMoving) this.#disown(existing);
    pool!.update(existing, parameter);
    if (isMoving) this.#own(existing);
    existing.updatedAt = now;
    existing.revision = ++this.#revision;
    existing.owner = owner;
    existing.badReports = 0;
    this.#expiries.set(existing.number, expiresAt);
    return { kind: 'updated', element: existing, previousHome } as const;
  }

  #addPool(poolHandle: PoolHandle, parameter: PoolElementParameter): Pool<Owner> {
    const pool = new Pool<Owner>(poolHandle, parameter, this.#storage);
    this.#pools.set(poolHandle.key, pool);
    this.#handleBytes += poolHandle.bytes.length;
    return pool;
  }

  #add(
    pool: Pool<Owner>,
    parameter: PoolElementParameter,
    now: Instant,
    owner: Owner | undefined,
  ): PoolElementRecord<Owner> {
    const record = new PoolElementRecord(pool, this.#nextSerial++, parameter, now, ++this.#revision, owner);
    record.number = this.#elements.add(record);
    pool.add(record);
    this.#own(record);
    return record;
  }

  #move(record: PoolElementRecord<Owner>, to: number): void {
    this.#disown(record);
    record.parameter = { ...record.parameter, homeRegistrarIdentifier: to };
    record.owner = undefined;
    record.revision = ++this.#revision;
    this.#own(record);
  }

  #own({ pool, identifier, homeRegistrarIdentifier }: PoolElementRecord<Owner>): void {
    this.#ownership.add(homeRegistrarIdentifier, pool.handleSum, identifier);
  }

  #disown({ pool, identifier, homeRegistrarIdentifier }: PoolElementRecord<Owner>): void {
    this.#ownership.remove(homeRegistrarIdentifier, pool.handleSum, identifier);
  }
}

/** The offending TLV for an Invalid Values cause. RFC 5354 §3.12.4. */
function policyBytes(policy: PolicyParameter): Uint8Array {
  const w = new ByteWriter(16);
  writePolicy(w, policy);
  return w.finish();
}
