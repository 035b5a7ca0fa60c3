/** One process of the failover bench: a registrar, an element or a user. Told what to do by its parent, it says what it sees. */
import { PoolElement, PoolUser, Registrar, type UserSession } from '../../src/rserpool/index.ts';
import { lossySubstrate } from './lossy-substrate.ts';
import { monotonicMs } from './monotonic.ts';
import type { Order, Sight } from './orders.ts';

const POOL = 'BenchPool';

/** Told a little later: telling takes as long as some of what is measured, and wakes up the parent beside it. */
const TELL_AFTER_MS = 30;

const see = (what: string, at = monotonicMs()): void => {
  setTimeout(() => process.send?.({ what, at } satisfies Sight), TELL_AFTER_MS);
};

let closeSession: (() => void) | undefined;
let session: UserSession | undefined;

async function startRegistrar(order: Order & { readonly part: 'registrar' }): Promise<void> {
  const began = monotonicMs();
  const { udpPort, sctpPort, peers, id } = order;
  const registrar = await Registrar.start({
    addresses: ['127.0.0.1'],
    udpPort,
    asap: { sctpPort, tcp: false },
    enrp: { sctpPort: sctpPort + 1 },
    peers,
    registrarId: id,
  });
  registrar.on('element-lost', ({ peIdentifier }) => see(`lost ${peIdentifier}`));
  registrar.on('registered', ({ peIdentifier }) => see(`registered ${peIdentifier}`));
  await registrar.whenServing();
  if (order.askItself === true) {
    const user = await PoolUser.open({ registrars: [`127.0.0.1:${sctpPort};udp=${registrar.asap.udpPort}`] });
    await user.resolve(POOL).catch(() => []);
    see(`answered after ${monotonicMs() - began}`);
  }
  see(`up ${registrar.asap.udpPort}`);
}

async function startElement({ id, registrars, behaviour }: Order & { readonly part: 'element' }): Promise<void> {
  const element = await PoolElement.join(
    POOL,
    { registrars, peIdentifier: id, addresses: ['127.0.0.1'] },
    async (served) => {
      if (behaviour === 'broken') {
        served.abort('broken');
        return;
      }
      if (served.cookie !== undefined) see('cookie');
      await served.setCookie(`state of ${id}`);
      closeSession = () => {
        const at = monotonicMs();
        served.close();
        see('closes', at);
      };
      for await (const _ of served) see('request');
    },
  );
  element.on('home-changed', ({ home }) => see(home === undefined ? 'home lost' : `home ${home.udpPort}`));
  element.on('registered', () => see('registered'));
  see(`up ${element.home?.udpPort}`);
}

async function startUser({ registrars, sessionsBefore, loss }: Order & { readonly part: 'user' }): Promise<void> {
  const user = await PoolUser.open({ registrars, substrate: loss && lossySubstrate(loss) });
  for (let i = 0; i < sessionsBefore; i++) {
    const before = await user.connect(POOL, { waitForPool: true });
    await before.send('request');
    await before.close();
  }
  const opened = await user.connect(POOL, { waitForPool: true });
  session = opened;
  opened.on('failover', ({ to }) => see(`failover ${to.peIdentifier}`));
  see(`up ${opened.element?.peIdentifier}`);
}

process.on('message', (order: Order) => {
  if (order.part === 'registrar') void startRegistrar(order);
  else if (order.part === 'element') void startElement(order);
  else if (order.part === 'user') void startUser(order);
  else if (order.part === 'close') closeSession?.();
  else void session?.send('request');
});
process.on('disconnect', () => process.exit());
see('ready');
