import type { Substrate } from '../../sctp/index.ts';
import type { RegistrarChoice } from '../asap/known-registrars.ts';
import { RSerPoolError } from '../errors.ts';
import type { TransportTarget } from '../role.ts';
import { type EndpointOptions, localAddressesOf, substrateOf } from './endpoint-options.ts';
import { type LookupConfig, lookupConfig } from './lookup-config.ts';
import { nodeResolver } from './name-resolver.ts';
import { isNamed, type Place, parsePlace } from './place.ts';
import { type LookupService, PlaceLookup } from './place-lookup.ts';

/** What becomes of the answers. */
export interface LookupListener {
  /** Whether a registrar is at hand: then names can wait until their answers are too old. */
  readonly hasRegistrar: () => boolean;
  readonly onTargets: (targets: readonly RegistrarChoice[]) => void;
  /** A name could not be looked up; what it gave before is used further on. */
  readonly onFailure: (error: RSerPoolError) => void;
}

/** One configured place, and where it was when it was looked up last. */
interface Entry {
  readonly place: Place | undefined;
  targets: readonly RegistrarChoice[];
}

/** Registrars that were configured, by address or by name; names are looked up again when that may help. RFC 5352 §3.6. */
export class ConfiguredRegistrars {
  readonly #lookup: PlaceLookup;
  readonly #config: LookupConfig;
  readonly #substrate: Substrate;
  readonly #entries: readonly Entry[];
  #failures: readonly RSerPoolError[] = [];
  #usableMs: number;
  #retryMs: number;
  #cancelTimer: (() => void) | undefined;
  #closed = false;

  private constructor(lookup: PlaceLookup, config: LookupConfig, substrate: Substrate, entries: readonly Entry[]) {
    this.#lookup = lookup;
    this.#config = config;
    this.#substrate = substrate;
    this.#entries = entries;
    this.#usableMs = config.nameTtlMs;
    this.#retryMs = config.nameRetryMs;
  }

  /**
   * Looks everything up for the first time. Some names may be unknown as long as something is left to begin with.
   *
   * @param mayBeEmpty there are other ways to find registrars
   * @throws (rejects) RSerPoolError `ERR_RSERPOOL_BAD_ARGUMENT`, `ERR_RSERPOOL_LOOKUP`; ConfigError
   */
  static async open(
    wheres: readonly (string | TransportTarget)[],
    service: Pick<LookupService, 'name' | 'protocols' | 'port'>,
    options: EndpointOptions,
    mayBeEmpty: boolean,
  ): Promise<ConfiguredRegistrars> {
    const config = lookupConfig(options.lookup);
    const substrate = substrateOf(options);
    const wanted = { ...service, localAddresses: localAddressesOf(options), maxAddresses: config.maxAddressesPerName };
    const lookup = new PlaceLookup(options.resolver ?? nodeResolver, substrate.entropy, wanted);
    const entries = wheres.map((where) =>
      typeof where === 'string' ? { place: parsePlace(where), targets: [] } : { place: undefined, targets: [where] },
    );
    const configured = new ConfiguredRegistrars(lookup, config, substrate, entries);
    await configured.#resolveAll();
    const [failure] = configured.#failures;
    const hopeless = configured.#failures.find(({ code }) => code !== 'ERR_RSERPOOL_LOOKUP');
    if (hopeless !== undefined) throw hopeless;
    if (failure !== undefined && configured.targets.length === 0 && !mayBeEmpty) throw failure;
    return configured;
  }

  /** All that are known, in the order of the configuration. */
  get targets(): readonly RegistrarChoice[] {
    return this.#entries.flatMap(({ targets }) => targets);
  }

  /** Looks names up again from now on: when their answers are too old, and sooner while no registrar is at hand. */
  watch(listener: LookupListener): void {
    if (!this.#entries.some(({ place }) => place !== undefined && isNamed(place))) return;
    if (this.#failures.length > 0) setImmediate(() => this.#report(listener));
    this.#arm(listener);
  }

  close(): void {
    this.#closed = true;
    this.#cancelTimer?.();
  }

  #arm(listener: LookupListener): void {
    if (this.#closed) return;
    const now = this.#substrate.now();
    const usableUntil = now + this.#usableMs;
    this.#cancelTimer = this.#substrate.setTimer(Math.min(usableUntil, now + this.#retryMs), () => {
      void this.#onTimer(listener, usableUntil);
    });
  }

  async #onTimer(listener: LookupListener, usableUntil: number): Promise<void> {
    const { nameRetryMs, nameTtlMs } = this.#config;
    if (listener.hasRegistrar()) {
      this.#retryMs = nameRetryMs;
      const left = usableUntil - this.#substrate.now();
      if (left > 0) {
        this.#usableMs = left;
        this.#arm(listener);
        return;
      }
    } else this.#retryMs = Math.min(2 * this.#retryMs, Math.max(nameTtlMs, nameRetryMs));
    await this.#resolveAll();
    if (this.#closed) return;
    this.#report(listener);
    if (this.targets.length > 0) listener.onTargets(this.targets);
    this.#arm(listener);
  }

  #report(listener: LookupListener): void {
    if (this.#closed) return;
    for (const failure of this.#failures) listener.onFailure(failure);
  }

  async #resolveAll(): Promise<void> {
    const failures: RSerPoolError[] = [];
    let usableMs: number | undefined;
    await Promise.all(
      this.#entries.map(async (entry) => {
        if (entry.place === undefined) return;
        try {
          const { targets, ttlS } = await this.#lookup.resolve(entry.place);
          entry.targets = targets;
          if (ttlS !== undefined) usableMs = Math.min(usableMs ?? Number.POSITIVE_INFINITY, 1000 * ttlS);
        } catch (error) {
          if (!(error instanceof RSerPoolError)) throw error;
          failures.push(error);
        }
      }),
    );
    this.#failures = failures;
    // A name server that says "do not keep this" is not asked without a pause.
    this.#usableMs = Math.max(usableMs ?? this.#config.nameTtlMs, this.#config.nameRetryMs);
  }
}
