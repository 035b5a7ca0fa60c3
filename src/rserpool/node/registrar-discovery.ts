import type { Instant } from '../../base/contract.ts';
import type { RegistrarChoice } from '../asap/known-registrars.ts';
import type { RSerPoolError } from '../errors.ts';
import { ASAP_PORT, ASAP_TLS_PORT, type TransportTarget } from '../role.ts';
import { ConfiguredRegistrars } from './configured-registrars.ts';
import { type EndpointOptions, substrateOf } from './endpoint-options.ts';
import { MulticastListener } from './multicast-listener.ts';
import { asapListening, type Multicast, type MulticastOptions } from './multicast-options.ts';

/** How an element or a user finds registrars. RFC 5352 §3.6. */
export interface DiscoveryOptions {
  /**
   * Registrars with their ASAP ports: `HOST:PORT;udp=PORT`, `DOMAIN;srv`, for users `HOST:PORT;tcp` as well. None: they
   * are found by announcement.
   */
  readonly registrars?: readonly (string | TransportTarget)[] | undefined;
  /** Whether registrars are found by their announcements, and where to listen; on if no registrar is given. */
  readonly announcements?: boolean | MulticastOptions | undefined;
}

/** Beside the role's own events. */
export interface LookupEvents {
  /** A name of a registrar is not known at the moment; it will be looked up again. */
  'lookup-failed': [error: RSerPoolError];
}

/** What discovery needs of the driver of a role. */
interface DiscoveryDriver {
  call(
    use: (role: { configureRegistrars(registrars: readonly RegistrarChoice[]): void }, now: Instant) => unknown,
  ): unknown;
  handleAnnouncement(address: string, udpPort: number, bytes: Uint8Array): void;
}

/** Registrars that were configured, and those that announce themselves. */
export class RegistrarDiscovery {
  readonly #options: DiscoveryOptions & EndpointOptions;
  readonly #multicast: Multicast | undefined;
  readonly #configured: ConfiguredRegistrars;
  #announcements: MulticastListener | undefined;

  private constructor(
    options: DiscoveryOptions & EndpointOptions,
    multicast: Multicast | undefined,
    configured: ConfiguredRegistrars,
  ) {
    this.#options = options;
    this.#multicast = multicast;
    this.#configured = configured;
  }

  /**
   * Looks up the names that are configured.
   *
   * @param secured whether registrars are called by TLS
   * @throws (rejects) RSerPoolError `ERR_RSERPOOL_BAD_ARGUMENT`, `ERR_RSERPOOL_LOOKUP` if none of the names is known;
   *   ConfigError
   */
  static async open(
    options: DiscoveryOptions & EndpointOptions,
    protocols: readonly ('sctp' | 'tcp')[],
    secured: boolean,
  ): Promise<RegistrarDiscovery> {
    const { registrars = [], announcements = registrars.length === 0 } = options;
    const multicast = asapListening(announcements);
    const service = { name: 'asap', protocols, port: secured ? ASAP_TLS_PORT : ASAP_PORT } as const;
    const configured = await ConfiguredRegistrars.open(registrars, service, options, multicast !== undefined);
    return new RegistrarDiscovery(options, multicast, configured);
  }

  /** What the role is to know from the beginning. */
  get known(): { readonly registrars: readonly RegistrarChoice[]; readonly announcements: boolean } {
    return { registrars: this.#configured.targets, announcements: this.#multicast !== undefined };
  }

  /**
   * Tells the driver's role what is found from now on.
   *
   * @throws (rejects) SctpError if the port of the announcements cannot be shared
   */
  async begin(
    driver: DiscoveryDriver,
    hasRegistrar: () => boolean,
    onFailure: (error: RSerPoolError) => void,
  ): Promise<void> {
    if (this.#multicast !== undefined) {
      this.#announcements = await MulticastListener.open(
        this.#multicast,
        substrateOf(this.#options),
        (address, udpPort, bytes) => driver.handleAnnouncement(address, udpPort, bytes),
      );
    }
    const onTargets = (targets: readonly RegistrarChoice[]): void => {
      driver.call((role) => role.configureRegistrars(targets));
    };
    this.#configured.watch({ hasRegistrar, onTargets, onFailure });
  }

  /** Never rejects. */
  async close(): Promise<void> {
    this.#configured.close();
    await this.#announcements?.close();
  }
}
