import {
  type ElementSecurityOptions,
  PoolElement,
  PoolUser,
  Registrar,
  type RegistrarSecurityOptions,
  type UserSecurityOptions,
} from '../../src/rserpool/index.ts';
import { onlyKey } from '../../src/rserpool/security/trust.ts';
import type { Resolving } from './resolving.ts';
import type { Settings } from './settings.ts';
import { type Credentials, tlsCredentials } from './tls-credentials.ts';

const LOOPBACK = '127.0.0.1';
const SCTP_PORT = 3863;
const LAST_POOL = 'NoPool';
const ELEMENT = { identity: 'element', key: Buffer.alloc(32, 7) };

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
      security: registrarSecurity(),
      config: { maxResolutionItems: ITEMS, keepAlivePeriodMs: KEEP_ALIVE_PERIOD_MS },
    });
    await registrar.whenServing();
    for (let pool = 0; pool < pools; pool++) {
      for (let i = 0; i < ELEMENTS; i++) {
        await PoolElement.join(
          poolName(pool),
          { registrars: [placeOf(port)], security: elementSecurity() },
          async () => undefined,
        );
      }
    }
    registrar.on('resolved', ({ elements }) => (elements === ITEMS ? answered() : ended()));
  },

  async open({ peer }) {
    const user = await PoolUser.open({ registrars: [placeOf(peer)], security: userSecurity() });
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

function registrarSecurity(): RegistrarSecurityOptions | undefined {
  const credentials = certificates();
  return credentials && { certificate: credentials.certificate, elementKeys: onlyKey(ELEMENT) };
}

function elementSecurity(): ElementSecurityOptions | undefined {
  const credentials = certificates();
  return credentials && { certificate: credentials.certificate, psk: ELEMENT };
}

function userSecurity(): UserSecurityOptions | undefined {
  const credentials = certificates();
  return credentials && { ca: credentials.ca };
}

/** Pool users know registrars by these. */
function certificates(): Exclude<Credentials, { readonly key: string }> | undefined {
  const credentials = tlsCredentials();
  return credentials?.key === undefined ? credentials : undefined;
}

function poolName(pool: number): string {
  return `Pool${pool}`;
}

function placeOf(udpPort: Settings['port']): string {
  return `${LOOPBACK}:${SCTP_PORT};udp=${udpPort}`;
}
