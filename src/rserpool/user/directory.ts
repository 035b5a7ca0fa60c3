import type { Entropy, Instant } from '../../base/contract.ts';
import { earlier } from '../../base/timers.ts';
import { describeCauses } from '../asap/cause-text.ts';
import { receiveControl } from '../asap/control.ts';
import type { RegistrarChoice } from '../asap/known-registrars.ts';
import { type HomeRegistrar, type HuntResult, ServerHunt } from '../asap/server-hunt.ts';
import type { Outbox } from '../outbox.ts';
import type { AnnouncementSource, ChannelId, ChannelUp, TransportTarget } from '../role.ts';
import type { HandleResolutionResponse, ServerAnnounce } from '../wire/asap.ts';
import type { ErrorCause } from '../wire/cause.ts';
import type { PoolHandle } from '../wire/pool-handle.ts';
import type { UserConfig } from './config.ts';
import type { ResolutionFailure, UserEvent } from './events.ts';
import { FailedElements } from './failed-elements.ts';
import { FailedPools } from './failed-pools.ts';
import { HandleCache, type Resolution } from './handle-cache.ts';
import { Resolver } from './resolver.ts';

/** Who waits for the outcome of resolutions. */
export interface DirectoryListener {
  /** The elements of a pool are known, or changed. */
  resolved(poolHandle: PoolHandle, now: Instant): void;
  resolutionFailed(poolHandle: PoolHandle, failure: ResolutionFailure, now: Instant): void;
}

/** What a user knows of pools, and how it asks registrars for it. RFC 5352 §3.3, §3.5 to §3.7. */
export class Directory {
  readonly cache: HandleCache;
  readonly #outbox: Outbox<UserEvent>;
  readonly #config: UserConfig;
  readonly #hunt: ServerHunt<UserEvent>;
  readonly #resolver: Resolver;
  readonly #listener: DirectoryListener;
  readonly #failedPools: FailedPools;
  /** Elements that were reported as unreachable lately: many sessions may see one element fail. */
  readonly #reported: FailedElements;

  /** @throws RSerPoolError `ERR_RSERPOOL_BAD_ARGUMENT` for a registrar that cannot be reached by `protocols` */
  constructor(
    outbox: Outbox<UserEvent>,
    config: UserConfig,
    registrars: readonly RegistrarChoice[],
    protocols: readonly TransportTarget['protocol'][],
    entropy: Entropy,
    listener: DirectoryListener,
  ) {
    this.#outbox = outbox;
    this.#config = config;
    this.#hunt = new ServerHunt(outbox, registrars, protocols, config);
    this.cache = new HandleCache(config.staleCacheMs, config.maxCacheEntries);
    this.#resolver = new Resolver(outbox, config);
    this.#listener = listener;
    this.#reported = new FailedElements(config.reportIntervalMs, config.maxFailedElements);
    const times = { firstMs: config.backOffMs, maxMs: config.maxBackOffMs };
    this.#failedPools = new FailedPools(times, config.maxCacheEntries, entropy);
  }

  /** The home registrar, if there is one. */
  get home(): HomeRegistrar | undefined {
    return this.#hunt.home;
  }

  /** Replaces the configured registrars. @throws RSerPoolError `ERR_RSERPOOL_BAD_ARGUMENT` */
  configureRegistrars(registrars: readonly RegistrarChoice[]): void {
    this.#hunt.configure(registrars);
  }

  /** Looks for a home registrar unless there is one. RFC 5352 §3.6. */
  start(now: Instant): void {
    if (this.#hunt.home === undefined) this.#hunt.start(now);
  }

  /** Tells what the cache has, and asks if that is not fresh. False if too many questions are out. */
  translate(poolHandle: PoolHandle, now: Instant): boolean {
    const entry = this.cache.get(poolHandle);
    const fresh = entry !== undefined && this.cache.isFresh(entry, this.#hunt.home?.channel, now);
    if (entry !== undefined && (fresh || this.#config.useStaleCache)) {
      this.#outbox.event(resolvedEvent(entry, fresh ? 'fresh-cache' : 'stale-cache'));
    }
    return fresh || this.request(poolHandle, now);
  }

  /** Asks a registrar, for a pool that lately did not exist after a pause. False if too many questions are out. */
  request(poolHandle: PoolHandle, now: Instant): boolean {
    this.start(now);
    return this.#resolver.request(poolHandle, this.#hunt.home, now, this.#failedPools.nextAt(poolHandle, now));
  }

  /** ASAP_ENDPOINT_UNREACHABLE to the home registrar, if there is one; not twice for one event. RFC 5352 §3.5. */
  reportUnreachable(poolHandle: PoolHandle, peIdentifier: number, now: Instant): void {
    const { home } = this.#hunt;
    if (home === undefined || this.#reported.isHeld(poolHandle, peIdentifier, now)) return;
    this.#reported.add(poolHandle, peIdentifier, now);
    this.#outbox.control(home.channel, { kind: 'endpoint-unreachable', poolHandle, peIdentifier });
  }

  /** Whether it is the channel to the home registrar. */
  isHome(channel: ChannelId): boolean {
    return this.#hunt.home?.channel === channel;
  }

  handleChannelUp(input: ChannelUp, now: Instant): HuntResult {
    const result = this.#hunt.handleChannelUp(input);
    if (result === 'home-found') {
      const { remote: home, peer } = input;
      this.#outbox.event({ kind: 'home-changed', home, peer, reason: 'found by server hunt' });
      this.askHome(now);
    }
    return result;
  }

  handleChannelDown(channel: ChannelId, reason: string, now: Instant): HuntResult {
    const result = this.#hunt.handleChannelDown(channel, now);
    if (result === 'home-lost') this.#outbox.event({ kind: 'home-changed', home: undefined, reason });
    return result;
  }

  handleAnnouncement(from: AnnouncementSource, message: ServerAnnounce, now: Instant): void {
    this.#hunt.handleAnnouncement(from, message, now);
  }

  /** An ASAP message from the home registrar. */
  handleMessage(channel: ChannelId, bytes: Uint8Array, now: Instant): void {
    const message = receiveControl(this.#outbox, channel, bytes);
    if (this.#outbox.dialects.isDecided(channel)) this.#hunt.noteDialect(this.#outbox.dialects.of(channel));
    if (message !== undefined) this.#hunt.heard();
    if (message?.kind === 'handle-resolution-response') this.#onResolution(channel, message, now);
    else if (message?.kind === 'error') {
      this.#outbox.event({ kind: 'peer-error', channel, reason: describeCauses(message.causes) });
    }
  }

  /** RFC 5352 §3.7.1: not to the same registrar again; what was asked is asked anew after the hunt. */
  handleSendFailed(now: Instant): void {
    this.#dropHome('a message could not be sent to the registrar', now);
  }

  /** The home registrar may be gone. */
  handleSuspect(channel: ChannelId): void {
    this.#outbox.probe(channel);
  }

  /** A registrar that answers to nothing is given up as one to which nothing can be sent. */
  handleSilence(now: Instant): void {
    this.#dropHome('the registrar gives no sign of life', now);
  }

  /** A registrar that knows nothing of us: it is new, or has restarted. */
  askHome(now: Instant): void {
    const { home } = this.#hunt;
    if (home === undefined) return;
    this.#resolver.handleHome(home, now);
    // Registrars do not share subscriptions (RFC 5352 §2.2.5).
    for (const poolHandle of this.cache.subscribed()) this.#resolver.request(poolHandle, home, now, now);
  }

  handleTimeout(now: Instant): void {
    this.#hunt.handleTimeout(now);
    const { dropped, unanswered, unfit } = this.#resolver.handleTimeout(this.#hunt.home, now);
    for (const poolHandle of unfit) this.#failed(poolHandle, 'handle-too-long', [], now);
    for (const poolHandle of dropped) {
      const failure = this.#hunt.home === undefined ? 'no-registrar' : 'no-answer';
      this.#failed(poolHandle, failure, [], now);
    }
    // RFC 5352 §3.7.2: hunt beside the registrar that is silent; when it has used up its chances, without it.
    if (unanswered && dropped.length > 0) this.#dropHome('the registrar does not answer', now);
    else if (unanswered) this.#hunt.start(now);
  }

  nextTimeoutAt(): Instant | undefined {
    return earlier(this.#hunt.nextTimeoutAt(), this.#resolver.nextTimeoutAt());
  }

  /** Closes everything. */
  stop(reason: string): void {
    this.#hunt.stop(reason);
  }

  #onResolution(channel: ChannelId, message: HandleResolutionResponse, now: Instant): void {
    const { poolHandle, elements, causes, acceptedSubscription } = message;
    const asked = this.#resolver.settle(poolHandle);
    if (asked) this.#hunt.settle();
    // Unasked: an update, if one was promised here (RFC 5352 §2.2.5).
    else if (this.cache.get(poolHandle)?.updatedOn !== channel) return;
    if (causes.length > 0 || elements.length === 0) {
      this.#failedPools.failed(poolHandle, now);
      this.#failed(poolHandle, failureOf(causes), causes, now);
      return;
    }
    this.#failedPools.worked(poolHandle);
    const entry: Resolution = {
      poolHandle,
      // Absent means round robin (RFC 5352 §2.2.6).
      policy: message.policy ?? { kind: 'round-robin' },
      elements,
      at: now,
      updatedOn: asked && !acceptedSubscription ? undefined : channel,
      last: undefined,
    };
    this.cache.put(entry);
    this.#outbox.event(resolvedEvent(entry, asked ? 'registrar' : 'update'));
    this.#listener.resolved(poolHandle, now);
  }

  #failed(poolHandle: PoolHandle, failure: ResolutionFailure, causes: readonly ErrorCause[], now: Instant): void {
    if (failure === 'unknown-pool') this.cache.purge(poolHandle);
    const reason = causes.length > 0 ? describeCauses(causes) : FAILURE_TEXT[failure];
    this.#outbox.event({ kind: 'resolution-failed', poolHandle, failure, reason, causes });
    this.#listener.resolutionFailed(poolHandle, failure, now);
  }

  #dropHome(reason: string, now: Instant): void {
    this.#hunt.dropHome(reason, now);
    this.#outbox.event({ kind: 'home-changed', home: undefined, reason });
  }
}

function failureOf(causes: readonly ErrorCause[]): ResolutionFailure {
  if (causes.some(({ kind }) => kind === 'unknown-pool-handle')) return 'unknown-pool';
  return causes.some(({ kind }) => kind === 'rejected-for-security') ? 'denied' : 'refused';
}

const FAILURE_TEXT: Readonly<Record<ResolutionFailure, string>> = {
  'unknown-pool': 'there is no such pool',
  denied: 'the registrar refuses for security',
  refused: 'the registrar gave neither elements nor a reason',
  'handle-too-long': 'the registrar is one of rsplib, which takes handles of at most 32 bytes',
  'no-answer': 'the registrar does not answer',
  'no-registrar': 'no registrar can be reached',
};

function resolvedEvent(
  { poolHandle, policy, elements }: Resolution,
  source: Extract<UserEvent, { readonly kind: 'resolved' }>['source'],
): UserEvent {
  return { kind: 'resolved', poolHandle, policy, elements, source };
}
