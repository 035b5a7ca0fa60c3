import type { Entropy } from '../../base/contract.ts';
import type { HandleResolutionResponse } from '../wire/asap.ts';
import { type PoolElementParameter, poolElementBytes } from '../wire/element.ts';
import { MAX_MESSAGE_BYTES } from '../wire/message-frame.ts';
import type { PoolHandle } from '../wire/pool-handle.ts';
import type { RegistrarConfig } from './config.ts';
import type { ElementStore, StoredElement } from './element-store.ts';

/** Message header, pool handle header, the longest overall policy, and padding. */
const RESPONSE_OVERHEAD_BYTES = 4 + 4 + 3 + 32;

/** A Pool Element parameter with the shortest transport and policy. More elements than fit are not selected, for that is a use. */
const LEAST_ELEMENT_BYTES = 4 + 12 + 4 + 8;
const MOST_ELEMENTS = Math.floor(MAX_MESSAGE_BYTES / LEAST_ELEMENT_BYTES);

/** Answers handle resolutions from the handlespace. RFC 5352 §3.3. */
export class Resolver {
  readonly #config: RegistrarConfig;
  readonly #entropy: Entropy;
  readonly #store: ElementStore;
  /** What was shown before: elements are shown far more often than they change. */
  readonly #shown = new WeakMap<PoolElementParameter, Shown>();

  constructor(config: RegistrarConfig, entropy: Entropy, store: ElementStore) {
    this.#config = config;
    this.#entropy = entropy;
    this.#store = store;
  }

  /**
   * @param itemCount how many elements are wanted; `undefined` or 0 for as many as we give
   * @param subscribed whether updates will follow a positive answer
   */
  resolve(poolHandle: PoolHandle, itemCount: number | undefined, subscribed: boolean): HandleResolutionResponse {
    const most = Math.min(this.#config.maxResolutionItems, MOST_ELEMENTS);
    const limit = Math.min(itemCount || most, most);
    const resolution = this.#store.resolve(poolHandle, limit, this.#entropy);
    const elements = resolution.kind === 'resolved' ? this.#fitting(poolHandle, resolution.elements) : [];
    if (resolution.kind === 'resolved' && elements.length > 0) {
      return {
        kind: 'handle-resolution-response',
        acceptedSubscription: subscribed,
        poolHandle,
        // Also for round robin, where it may be left out: some users cannot do without.
        policy: resolution.policy,
        elements,
        causes: [],
      };
    }
    return {
      kind: 'handle-resolution-response',
      acceptedSubscription: false,
      poolHandle,
      elements: [],
      causes: [{ kind: resolution.kind === 'unknown-pool' ? 'unknown-pool-handle' : 'lack-of-resources' }],
    };
  }

  /** What fits into one message, without what is for registrars only. */
  #fitting(poolHandle: PoolHandle, elements: readonly StoredElement[]): PoolElementParameter[] {
    const fit: PoolElementParameter[] = [];
    let bytes = RESPONSE_OVERHEAD_BYTES + poolHandle.bytes.length;
    for (const { parameter } of elements) {
      const shown = this.#show(parameter);
      bytes += shown.bytes;
      if (bytes > MAX_MESSAGE_BYTES) break;
      fit.push(shown.parameter);
    }
    return fit;
  }

  #show(parameter: PoolElementParameter): Shown {
    let shown = this.#shown.get(parameter);
    if (shown === undefined) {
      const visible = forUsers(parameter);
      shown = { parameter: visible, bytes: poolElementBytes(visible) };
      this.#shown.set(parameter, shown);
    }
    return shown;
  }
}

/** An element as users see it, and the bytes that it takes in a message. */
interface Shown {
  readonly parameter: PoolElementParameter;
  readonly bytes: number;
}

/** What users may know of an element: not where registrars reach it. */
function forUsers({
  identifier,
  homeRegistrarIdentifier,
  registrationLifeS,
  userTransport,
  policy,
  udpPorts,
}: PoolElementParameter): PoolElementParameter {
  const known = { identifier, homeRegistrarIdentifier, registrationLifeS, userTransport, policy };
  return udpPorts?.user === undefined ? known : { ...known, udpPorts: { user: udpPorts.user } };
}
