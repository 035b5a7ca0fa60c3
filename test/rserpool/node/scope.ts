import {
  PoolElement,
  PoolUser,
  Registrar,
  type RegistrarConfig,
  RSerPoolError,
  type SessionHandler,
} from '../../../src/rserpool/index.ts';
import { SctpError } from '../../../src/sctp/index.ts';
import type { StageFactory } from '../../harness/links/stage.ts';
import type { SimHost } from '../../harness/sim-substrate.ts';
import { SimWorld } from '../../sctp/api/sim-world.ts';

export const SCTP = {
  rtoInitialMs: 100,
  rtoMinMs: 50,
  rtoMaxMs: 400,
  pathMaxRetrans: 2,
  associationMaxRetrans: 3,
  heartbeatIntervalMs: 500,
} as const;
export const REGISTRAR_CONFIG = {
  mentorDiscoveryTimeoutMs: 200,
  peerHeartbeatCycleMs: 500,
  maxTimeLastHeardMs: 1500,
  maxTimeNoResponseMs: 500,
};
const HUNT = { t5ServerhuntMs: 1000, t2RegistrationMs: 1000, t3DeregistrationMs: 1000 };

/** Registrars, elements and users, each on a host of its own, on virtual time. */
export class Scope {
  readonly world: SimWorld;
  readonly hosts = new Map<string, SimHost>();
  readonly registrars: Registrar[] = [];

  /** @param link what happens to datagrams on their way */
  constructor(link: readonly StageFactory[] = []) {
    this.world = new SimWorld(link);
  }

  host(name: string, ...addresses: readonly string[]): SimHost {
    const host = this.world.host(name, ...addresses);
    this.hosts.set(name, host);
    return host;
  }

  /** Registrars 10.0.0.1, 10.0.0.2 … that know each other and serve. */
  async start(count: number, config: Partial<RegistrarConfig> = {}): Promise<readonly string[]> {
    for (let i = 1; i <= count; i++) {
      const address = `10.0.0.${i}`;
      const substrate = this.host(`registrar ${i}`, address);
      const peers = this.registrars.map((_, j) => `10.0.0.${j + 1}`);
      this.registrars.push(
        await Registrar.start({
          addresses: [address],
          substrate,
          sctp: SCTP,
          peers,
          registrarId: i,
          config: { ...REGISTRAR_CONFIG, ...config },
        }),
      );
    }
    await this.world.run(Promise.all(this.registrars.map((registrar) => registrar.whenServing())));
    await this.world.pass(2000);
    return this.registrars.map((_, i) => `10.0.0.${i + 1}`);
  }

  join(i: number, registrars: readonly string[], handler: SessionHandler): Promise<PoolElement> {
    const address = `10.0.1.${i}`;
    const substrate = this.host(`element ${i}`, address);
    return this.world.run(
      PoolElement.join(
        'Pool',
        { registrars, addresses: [address], substrate, sctp: SCTP, peIdentifier: i, config: HUNT },
        handler,
      ),
    );
  }

  user(registrars: readonly string[]): Promise<PoolUser> {
    const substrate = this.host('user', '10.0.2.1');
    return PoolUser.open({
      registrars,
      addresses: ['10.0.2.1'],
      substrate,
      sctp: SCTP,
      config: { t5ServerhuntMs: 1000 },
    });
  }

  /** The code of the error that a call ends with. */
  codeOf(call: Promise<unknown>): Promise<string> {
    return this.world.run(
      call.then(
        () => 'no error',
        (error: unknown) => (error instanceof RSerPoolError || error instanceof SctpError ? error.code : String(error)),
      ),
    );
  }
}
