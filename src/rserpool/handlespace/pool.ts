import type { Entropy } from '../../base/contract.ts';
import { createSelector } from '../policy/registry.ts';
import type { PolicySelector } from '../policy/selector.ts';
import type { ErrorCause } from '../wire/cause.ts';
import type { PoolElementParameter } from '../wire/element.ts';
import { overallPolicyOf, type PolicyParameter, policyTypeOf } from '../wire/policy.ts';
import type { PoolHandle } from '../wire/pool-handle.ts';
import type { TransportParameter, TransportUse } from '../wire/transport.ts';
import { wordSum } from './checksum.ts';
import type { ElementStorage, PoolElementRecord, PoolIdentity } from './pool-element-record.ts';

/** What all elements of a pool have in common. RFC 5352 §3.1. */
interface Character {
  readonly policy: PolicyParameter;
  readonly policyType: number;
  readonly protocol: TransportParameter['protocol'];
  readonly use: TransportUse;
}

/** A pool: its members, and what a new one has to be like. Only its handlespace changes it. */
export class Pool<Owner = unknown> implements PoolIdentity {
  readonly handle: PoolHandle;
  readonly handleSum: number;
  readonly store: ElementStorage;
  /** By identifiers as signed numbers, which are not boxed. */
  readonly #members = new Map<number, PoolElementRecord<Owner>>();
  #character: Character;
  #selector: PolicySelector<PoolElementRecord<Owner>>;

  /** @param first the parameter of the element for which the pool is made; it decides what the others have to be like */
  constructor(handle: PoolHandle, first: PoolElementParameter, store: ElementStorage) {
    this.handle = handle;
    this.store = store;
    this.handleSum = wordSum(handle.bytes);
    this.#character = characterOf(first);
    this.#selector = createSelector(first.policy.kind);
  }

  /** The overall policy; its numbers are 0, only the type counts. */
  get policy(): PolicyParameter {
    return this.#character.policy;
  }

  /** Members, with those that are not consistent. */
  get size(): number {
    return this.#members.size;
  }

  /** Members that do not fit to the pool. */
  get inconsistentSize(): number {
    return this.#members.size - this.#selector.size;
  }

  /** In the order in which they joined. */
  elements(): IterableIterator<PoolElementRecord<Owner>> {
    return this.#members.values();
  }

  find(identifier: number): PoolElementRecord<Owner> | undefined {
    return this.#members.get(identifier | 0);
  }

  /** What keeps an element like this out of the pool. RFC 5352 §3.1, RFC 5354 §3.12.6 to §3.12.9. */
  conflictsWith(parameter: PoolElementParameter): ErrorCause[] {
    if (this.#accepts(parameter)) return [];
    const own = this.#character;
    const causes: ErrorCause[] = [];
    if (policyTypeOf(parameter.policy) !== own.policyType) {
      causes.push({ kind: 'inconsistent-pool-policy', policy: own.policy });
    }
    if (parameter.userTransport.protocol !== own.protocol) {
      causes.push({ kind: 'inconsistent-transport-type', transport: this.#anyTransport() });
    } else if (useOf(parameter.userTransport) !== own.use) {
      causes.push({ kind: 'inconsistent-data-control-configuration' });
    }
    return causes;
  }

  add(record: PoolElementRecord<Owner>): void {
    this.#members.set(record.identifier | 0, record);
    this.#seat(record);
  }

  /** Replaces what is known about a member. */
  update(record: PoolElementRecord<Owner>, parameter: PoolElementParameter): void {
    record.parameter = parameter;
    if (record.seat >= 0 && this.#accepts(parameter)) {
      this.#selector.update(record.seat, parameter.policy);
      return;
    }
    this.#unseat(record);
    this.#seat(record);
    this.#ensureCharacter();
  }

  remove(record: PoolElementRecord<Owner>): void {
    this.#members.delete(record.identifier | 0);
    this.#unseat(record);
    this.#ensureCharacter();
  }

  /** The answer to a handle resolution. */
  select(count: number, entropy: Entropy): PoolElementRecord<Owner>[] {
    return this.#selector.select(count, entropy);
  }

  #accepts({ policy, userTransport }: PoolElementParameter): boolean {
    const { policyType, protocol, use } = this.#character;
    return policyTypeOf(policy) === policyType && userTransport.protocol === protocol && useOf(userTransport) === use;
  }

  #seat(record: PoolElementRecord<Owner>): void {
    if (this.#accepts(record.parameter)) record.seat = this.#selector.add(record, record.parameter.policy);
  }

  #unseat(record: PoolElementRecord<Owner>): void {
    if (record.seat >= 0) this.#selector.remove(record.seat);
    record.seat = -1;
  }

  /** Once all members are left over from a conflict, the oldest of them decides what the pool is like. */
  #ensureCharacter(): void {
    if (this.#selector.size > 0) return;
    const [oldest] = this.#members.values();
    if (oldest === undefined) return;
    this.#character = characterOf(oldest.parameter);
    this.#selector = createSelector(oldest.parameter.policy.kind);
    for (const record of this.#members.values()) this.#seat(record);
  }

  #anyTransport(): TransportParameter | undefined {
    for (const record of this.#members.values()) if (record.seat >= 0) return record.parameter.userTransport;
    return undefined;
  }
}

function characterOf({ policy, userTransport }: PoolElementParameter): Character {
  return {
    policy: overallPolicyOf(policy),
    policyType: policyTypeOf(policy),
    protocol: userTransport.protocol,
    use: useOf(userTransport),
  };
}

/** Only SCTP has a control channel. RFC 5354 §3.4. */
function useOf(transport: TransportParameter): TransportUse {
  return transport.protocol === 'sctp' ? transport.use : 'data-only';
}
