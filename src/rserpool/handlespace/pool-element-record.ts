import type { Instant } from '../../base/contract.ts';
import type { PoolElementParameter } from '../wire/element.ts';
import type { PoolHandle } from '../wire/pool-handle.ts';
import type { Expiries } from './expiries.ts';
import type { ParameterArchive, ParameterHolder } from './parameter-archive.ts';
import type { PoolElement } from './pool-element.ts';

/** What elements of all pools share, for what they do not hold themselves. */
export interface ElementStorage {
  readonly parameters: ParameterArchive;
  /** When elements are to be taken out, by their numbers. */
  readonly expiries: Expiries;
}

/** What an element has to know of its pool. */
export interface PoolIdentity {
  readonly handle: PoolHandle;
  /** The handle's part in the checksum of each member. */
  readonly handleSum: number;
  readonly store: ElementStorage;
}

/**
 * What the handlespace stores for an element. There are many: numbers that can be elsewhere are not here, and identifiers
 * are signed, as larger numbers would be objects.
 */
export class PoolElementRecord<Owner = unknown> implements PoolElement<Owner>, ParameterHolder {
  readonly pool: PoolIdentity;
  /** Grows with every element that is added to the handlespace. */
  readonly serial: number;
  /** Its number in the handlespace; -1 when it is not there. */
  number = -1;
  /** Its seat in the pool's selector; -1 if it is not consistent with the pool. */
  seat = -1;
  updatedAt: Instant;
  revision: number;
  owner: Owner | undefined;
  badReports = 0;
  readonly #identifier: number;
  #home: number;
  #parameter: PoolElementParameter | undefined;
  /** The parameter's bytes in the archive, if they are there. */
  #place: number | undefined;

  constructor(
    pool: PoolIdentity,
    serial: number,
    parameter: PoolElementParameter,
    updatedAt: Instant,
    revision: number,
    owner: Owner | undefined,
  ) {
    this.pool = pool;
    this.serial = serial;
    this.updatedAt = updatedAt;
    this.revision = revision;
    this.owner = owner;
    this.#identifier = parameter.identifier | 0;
    this.#home = parameter.homeRegistrarIdentifier | 0;
    this.#parameter = parameter;
    this.#place = undefined;
    pool.store.parameters.noteUnpacked(this);
  }

  get poolHandle(): PoolHandle {
    return this.pool.handle;
  }

  get identifier(): number {
    return this.#identifier >>> 0;
  }

  get homeRegistrarIdentifier(): number {
    return this.#home >>> 0;
  }

  get parameter(): PoolElementParameter {
    if (this.#parameter === undefined) {
      this.#parameter = this.pool.store.parameters.get(this.#place!);
      this.pool.store.parameters.noteUnpacked(this);
    }
    return this.#parameter;
  }

  /** The identifier is the same. */
  set parameter(parameter: PoolElementParameter) {
    this.#forgetBytes();
    const wasPacked = this.#parameter === undefined;
    this.#parameter = parameter;
    this.#home = parameter.homeRegistrarIdentifier | 0;
    if (wasPacked) this.pool.store.parameters.noteUnpacked(this);
  }

  get isMember(): boolean {
    return this.number >= 0;
  }

  get isConsistent(): boolean {
    return this.seat >= 0;
  }

  get expiresAt(): Instant | undefined {
    return this.isMember ? this.pool.store.expiries.endOf(this.number) : undefined;
  }

  pack(): void {
    if (!this.isMember) return;
    this.#place ??= this.pool.store.parameters.put(this.#parameter!);
    if (this.#place !== undefined) this.#parameter = undefined;
  }

  /** It leaves the handlespace. Whoever still has it may ask for its parameter. */
  leave(): void {
    this.#parameter = this.parameter;
    this.#forgetBytes();
    this.number = -1;
  }

  #forgetBytes(): void {
    if (this.#place !== undefined) this.pool.store.parameters.free(this.#place);
    this.#place = undefined;
  }
}
