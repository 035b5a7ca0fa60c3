import { EventEmitter } from 'node:events';
import { emitSafely } from '../../base/emit-safely.ts';
import { SctpEndpoint } from '../../sctp/index.ts';
import type { RegistrarConfig } from '../registrar/config.ts';
import type { RegistrarEvent } from '../registrar/events.ts';
import { RegistrarRole } from '../registrar/registrar.ts';
import type { RegistrarSnapshot } from '../registrar/snapshot.ts';
import { ASAP_PORT, ENRP_PORT, PPID, type TransportTarget } from '../role.ts';
import { componentId } from '../status/component.ts';
import { type ComponentStatus, SCTP_PROTOCOL } from '../status/component-status.ts';
import { type AnnouncementGroup, Announcements, announcementGroup } from './announcements.ts';
import { bindEndpoint, type EndpointOptions, substrateOf } from './endpoint-options.ts';
import type { EventsByKind } from './events-by-kind.ts';
import { nextEvent } from './next-event.ts';
import { RoleDriver } from './role-driver.ts';
import type { StatusSource } from './status-reporter.ts';
import { formatTarget, resolveTargets } from './target.ts';

export interface RegistrarStartOptions extends EndpointOptions {
  /** Where elements and users come: SCTP port 3863 unless given. `addresses` here is the same as beside it. */
  readonly asap?: { readonly addresses?: readonly string[]; readonly sctpPort?: number } | undefined;
  /** Where other registrars come: SCTP port 9901 unless given. */
  readonly enrp?: { readonly sctpPort?: number } | undefined;
  /** Other registrars of the scope, as `HOST:SCTPPORT;udp=PORT` with their ENRP ports. */
  readonly peers?: readonly (string | TransportTarget)[] | undefined;
  /** Identifier, 1 to 2^32 - 1; random unless given. */
  readonly registrarId?: number | undefined;
  /** Timers and limits; defaults are the RFCs'. */
  readonly config?: Partial<RegistrarConfig> | undefined;
  /** Whether it announces itself by multicast, and to which group. RFC 5352 §3.6. */
  readonly announce?: boolean | AnnouncementGroup | undefined;
}

/** Events by their kind, and `event` for all of them. */
export type RegistrarEvents = EventsByKind<RegistrarEvent>;

/**
 * A registrar (ENRP server): keeps the handlespace of a scope together with its peers. RFC 5352, RFC 5353.
 *
 * Emits every {@link RegistrarEvent} under its kind, and as `event`.
 */
export class Registrar extends EventEmitter<RegistrarEvents> implements StatusSource {
  readonly #driver: RoleDriver<RegistrarEvent, RegistrarRole>;
  readonly #asap: SctpEndpoint;
  readonly #enrp: SctpEndpoint;
  readonly #announcements: Announcements | undefined;
  #closing: Promise<void> | undefined;

  private constructor(
    role: RegistrarRole,
    endpoints: { readonly asap: SctpEndpoint; readonly enrp: SctpEndpoint },
    announcements: Announcements | undefined,
    options: RegistrarStartOptions,
  ) {
    super();
    this.#asap = endpoints.asap;
    this.#enrp = endpoints.enrp;
    this.#announcements = announcements;
    this.#driver = new RoleDriver({
      role,
      endpoint: endpoints.asap,
      enrpEndpoint: endpoints.enrp,
      substrate: substrateOf(options),
      announce: (bytes) => announcements?.announce(bytes),
      onEvent: (event) => {
        emitSafely(this, event.kind, event);
        emitSafely(this, 'event', event);
      },
    });
  }

  /**
   * Opens the sockets and begins to look for peers. `serving` tells when registrations are taken; `whenServing` waits.
   *
   * @throws (rejects) SctpError `ERR_SCTP_PORT_TAKEN`, `ERR_SCTP_BAD_ADDRESS`; RSerPoolError `ERR_RSERPOOL_BAD_ARGUMENT`;
   *   ConfigError
   */
  static async start(options: RegistrarStartOptions = {}): Promise<Registrar> {
    const peers = await resolveTargets(options.peers ?? [], ENRP_PORT);
    const addresses = options.addresses ?? options.asap?.addresses;
    const asap = await bindEndpoint({ ...options, addresses }, options.asap?.sctpPort ?? ASAP_PORT);
    let enrp: SctpEndpoint | undefined;
    let announcements: Announcements | undefined;
    try {
      const { encapsulation } = asap;
      enrp = await SctpEndpoint.bind({
        sctpPort: options.enrp?.sctpPort ?? ENRP_PORT,
        encapsulation,
        config: options.sctp,
      });
      const group = announcementGroup(options.announce);
      if (group !== undefined) announcements = await Announcements.send(group, substrateOf(options), asap.addresses);
      const role = new RegistrarRole(
        {
          entropy: substrateOf(options).entropy,
          enrp: ownTarget(enrp),
          asap: [ownTarget(asap)],
          peers,
          registrarId: options.registrarId,
          config: { ...options.config, announce: group !== undefined },
        },
        substrateOf(options).now(),
      );
      const registrar = new Registrar(role, { asap, enrp }, announcements, options);
      registrar.#driver.accept();
      // What the role did while it was made comes out with the first call, after the caller could add listeners.
      setImmediate(() => registrar.#driver.call(() => undefined));
      return registrar;
    } catch (error) {
      await announcements?.close();
      await asap.close();
      throw error;
    }
  }

  get registrarId(): number {
    return this.#driver.role.registrarId;
  }

  /** Where elements and users reach it. */
  get asap(): TransportTarget {
    return ownTarget(this.#asap);
  }

  /** Where other registrars reach it. */
  get enrp(): TransportTarget {
    return ownTarget(this.#enrp);
  }

  /** Pools, elements, peers and counters at this moment. */
  snapshot(): RegistrarSnapshot {
    return this.#driver.role.snapshot();
  }

  /** What a {@link StatusReporter} tells of it. */
  componentStatus(): ComponentStatus {
    const { pools, elements, ownElements, peers } = this.#driver.role.census();
    return {
      id: componentId('registrar', this.registrarId),
      location: formatTarget(this.asap),
      status: `${elements}[${ownElements}] PEs in ${pools} pools, ${peers.length} peers`,
      workload: undefined,
      associations: peers.map((peer) => ({
        receiverId: componentId('registrar', peer),
        protocol: SCTP_PROTOCOL,
        ppid: PPID.enrp,
      })),
    };
  }

  /** Resolves when registrations and resolutions are answered. @throws (rejects) the signal's reason */
  async whenServing(signal?: AbortSignal): Promise<void> {
    signal?.throwIfAborted();
    if (this.snapshot().state === 'serving') return;
    const decide = ({ kind }: RegistrarEvent): { readonly result: undefined } | undefined =>
      kind === 'serving' ? { result: undefined } : undefined;
    await nextEvent(this, decide, signal, () => undefined);
  }

  /** Closes all associations and sockets; the peers take over. Never rejects. */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  async #close(): Promise<void> {
    this.#driver.stop();
    await this.#announcements?.close();
    await Promise.all([this.#enrp.close({ timeoutMs: CLOSE_MS }), this.#asap.close({ timeoutMs: CLOSE_MS })]);
  }
}

/** A registrar that goes does not wait long for its many associations. */
const CLOSE_MS = 1000;

function ownTarget({ addresses, sctpPort, udpPort }: SctpEndpoint): TransportTarget {
  return { protocol: 'sctp', addresses, port: sctpPort, udpPort };
}
