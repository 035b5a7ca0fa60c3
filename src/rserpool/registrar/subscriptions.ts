import type { Instant } from '../../base/contract.ts';
import { earlier } from '../../base/timers.ts';
import type { ChannelId } from '../role.ts';
import type { HandleResolutionResponse } from '../wire/asap.ts';
import type { PoolHandle, PoolHandleKey } from '../wire/pool-handle.ts';

interface Subscription {
  readonly poolHandle: PoolHandle;
  readonly itemCount: number | undefined;
}

/** Who wants to hear of changes of which pool: HANDLE_RESOLUTION with the S flag. RFC 5352 §2.2.5. */
export class Subscriptions {
  readonly #maxPerChannel: number;
  readonly #pacingMs: number;
  readonly #byChannel = new Map<ChannelId, Map<PoolHandleKey, Subscription>>();
  readonly #byPool = new Map<PoolHandleKey, Set<ChannelId>>();
  /** What the subscribers do not know yet. */
  readonly #changed = new Set<PoolHandleKey>();
  /** Pools whose subscribers were told a moment ago, and when they may be told again. */
  readonly #quietUntil = new Map<PoolHandleKey, Instant>();

  /** @param pacingMs least time between two updates of a pool */
  constructor(maxPerChannel: number, pacingMs: number) {
    this.#maxPerChannel = maxPerChannel;
    this.#pacingMs = pacingMs;
  }

  /** Whether one more pool is taken for this channel. */
  hasRoom(channel: ChannelId, poolHandle: PoolHandle): boolean {
    const own = this.#byChannel.get(channel);
    return own?.has(poolHandle.key) === true || (own?.size ?? 0) < this.#maxPerChannel;
  }

  add(channel: ChannelId, poolHandle: PoolHandle, itemCount: number | undefined): void {
    const own = this.#byChannel.get(channel) ?? new Map<PoolHandleKey, Subscription>();
    this.#byChannel.set(channel, own.set(poolHandle.key, { poolHandle, itemCount }));
    const channels = this.#byPool.get(poolHandle.key) ?? new Set<ChannelId>();
    this.#byPool.set(poolHandle.key, channels.add(channel));
  }

  remove(channel: ChannelId, key: PoolHandleKey): void {
    const own = this.#byChannel.get(channel);
    own?.delete(key);
    if (own?.size === 0) this.#byChannel.delete(channel);
    const channels = this.#byPool.get(key);
    channels?.delete(channel);
    if (channels?.size === 0) this.#byPool.delete(key);
  }

  handleChannelDown(channel: ChannelId): void {
    for (const key of [...(this.#byChannel.get(channel)?.keys() ?? [])]) this.remove(channel, key);
  }

  /** The pool changed, whichever registrar caused it. */
  noteChange(poolHandle: PoolHandle): void {
    if (this.#byPool.has(poolHandle.key)) this.#changed.add(poolHandle.key);
  }

  /**
   * Tells the subscribers once what changed several times: a change at once, those that follow it together, lest a
   * thousand registrations send a thousand lists to everybody. A subscription ends with its pool.
   */
  push(
    resolve: (poolHandle: PoolHandle, itemCount: number | undefined) => HandleResolutionResponse,
    send: (channel: ChannelId, response: HandleResolutionResponse) => void,
    now: Instant,
  ): void {
    for (const [key, until] of this.#quietUntil) if (until <= now) this.#quietUntil.delete(key);
    for (const key of this.#changed) {
      if (this.#quietUntil.has(key)) continue;
      this.#changed.delete(key);
      if (this.#pacingMs > 0) this.#quietUntil.set(key, now + this.#pacingMs);
      for (const channel of [...(this.#byPool.get(key) ?? [])]) {
        const { poolHandle, itemCount } = this.#byChannel.get(channel)!.get(key)!;
        const response = resolve(poolHandle, itemCount);
        if (!response.acceptedSubscription) this.remove(channel, key);
        send(channel, response);
      }
    }
  }

  /** When the next update is due. */
  nextPushAt(): Instant | undefined {
    let next: Instant | undefined;
    for (const key of this.#changed) next = earlier(next, this.#quietUntil.get(key));
    return next;
  }
}
