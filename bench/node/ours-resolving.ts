import { PoolElement, PoolUser, Registrar } from '../../src/rserpool/index.ts';
import type { Resolving } from './resolving.ts';
import type { Settings } from './settings.ts';

const LOOPBACK = '127.0.0.1';
const SCTP_PORT = 3863;
const LAST_POOL = 'NoPool';

/** Elements of a pool, and of an answer. */
const ELEMENTS = 10;
const ITEMS = 3;
/** Elements are in the registrar's process: that they are looked after should not be seen in its figures. */
const KEEP_ALIVE_PERIOD_MS = 60_000;

let aUser: PoolUser | undefined;

export const resolving: Resolving = {
  async serve({ port, pools }, answered, ended) {
    const registrar = await Registrar.start({
      addresses: [LOOPBACK],
      udpPort: port,
      asap: { sctpPort: SCTP_PORT, tcp: false },
      config: { maxResolutionItems: ITEMS, keepAlivePeriodMs: KEEP_ALIVE_PERIOD_MS },
    });
    await registrar.whenServing();
    for (let pool = 0; pool < pools; pool++) {
      for (let i = 0; i < ELEMENTS; i++) {
        await PoolElement.join(poolName(pool), { registrars: [placeOf(port)] }, async () => undefined);
      }
    }
    registrar.on('resolved', ({ elements }) => (elements === ITEMS ? answered() : ended()));
  },

  async open({ peer }) {
    const user = await PoolUser.open({ registrars: [placeOf(peer)] });
    aUser = user;
    // Whatever the cache has.
    return async (pool) => {
      const elements = await user.populate(poolName(pool));
      if (elements.length !== ITEMS) throw new Error(`${elements.length} elements`);
    };
  },

  async end() {
    await aUser!.populate(LAST_POOL).catch(() => undefined);
  },
};

function poolName(pool: number): string {
  return `Pool${pool}`;
}

function placeOf(udpPort: Settings['port']): string {
  return `${LOOPBACK}:${SCTP_PORT};udp=${udpPort}`;
}
