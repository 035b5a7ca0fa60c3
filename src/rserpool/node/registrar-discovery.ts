import type { Instant } from '../../base/contract.ts';
import type { RegistrarChoice } from '../asap/known-registrars.ts';
import type { RSerPoolError } from '../errors.ts';
import { ASAP_PORT, type TransportTarget } from '../role.ts';
import { type AnnouncementGroup, Announcements, announcementGroup } from './announcements.ts';
import { ConfiguredRegistrars } from './configured-registrars.ts';
import { type EndpointOptions, substrateOf } from './endpoint-options.ts';

/** How an element or a user finds registrars. RFC 5352 §3.6. */
export interface DiscoveryOptions {
  /**
   * Registrars with their ASAP ports: `HOST:PORT;udp=PORT`, `DOMAIN;srv`, for users `HOST:PORT;tcp` as well. None: they
   * are found by announcement.
   */
  readonly registrars?: readonly (string | TransportTarget)[] | undefined;
  /** Whether registrars are found by their announcements, and in which group; on if no registrar is given. */
  readonly announcements?: boolean | AnnouncementGroup | undefined;
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
  readonly #group: AnnouncementGroup | undefined;
  readonly #configured: ConfiguredRegistrars;
  #announcements: Announcements | undefined;

  private constructor(
    options: DiscoveryOptions & EndpointOptions,
    group: AnnouncementGroup | undefined,
    configured: ConfiguredRegistrars,
  ) {
    this.#options = options;
    this.#group = group;
    this.#configured = configured;
  }

  /**
   * Looks up the names that are configured.
   *
   * @throws (rejects) RSerPoolError `ERR_RSERPOOL_BAD_ARGUMENT`, `ERR_RSERPOOL_LOOKUP` if none of the names is known;
   *   ConfigError
   */
  static async open(
    options: DiscoveryOptions & EndpointOptions,
    protocols: readonly ('sctp' | 'tcp')[],
  ): Promise<RegistrarDiscovery> {
    const { registrars = [], announcements = registrars.length === 0 } = options;
    const group = announcementGroup(announcements);
    const service = { name: 'asap', protocols, port: ASAP_PORT } as const;
    const configured = await ConfiguredRegistrars.open(registrars, service, options, group !== undefined);
    return new RegistrarDiscovery(options, group, configured);
  }

  /** What the role is to know from the beginning. */
  get known(): { readonly registrars: readonly RegistrarChoice[]; readonly announcements: boolean } {
    return { registrars: this.#configured.targets, announcements: this.#group !== undefined };
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
    if (this.#group !== undefined) {
      this.#announcements = await Announcements.listen(
        this.#group,
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
