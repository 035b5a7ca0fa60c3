/** One process of the flood bench: the registrar, those who are honest, or the enemy. */
import { Registrar } from '../../src/rserpool/index.ts';
import { Enemy } from './enemy.ts';
import { Honest } from './honest.ts';
import { LOOPBACK, type Order, type Told } from './orders.ts';

const TELL_EVERY_MS = 100;

const tell = (told: Told): void => {
  process.send?.(told);
};

let honest: Honest | undefined;

async function startRegistrar({ udpPort, keys }: Order & { readonly part: 'registrar' }): Promise<void> {
  const registrar = await Registrar.start({
    addresses: [LOOPBACK],
    udpPort,
    asap: { tcp: false },
    security: keys && {
      certificate: keys.certificate,
      elementKeys: {
        find: (identity) => {
          // This one is shown with another key than the registrar has.
          if (identity === 'nobody') return Buffer.alloc(32, 1);
          const key = keys.byIdentity[identity];
          return key === undefined ? undefined : Buffer.from(key, 'hex');
        },
      },
    },
  });
  await registrar.whenServing();
}

async function startEnemy(order: Order & { readonly part: 'enemy' }): Promise<void> {
  const enemy = await Enemy.start(order);
  void enemy.flood(order.flood);
  setInterval(() => tell({ kind: 'sent', count: enemy.sent, at: performance.now() }), TELL_EVERY_MS);
}

async function obey(order: Order): Promise<void> {
  if (order.part === 'measure') {
    tell(await honest!.measure(order.durationMs));
    return;
  }
  if (order.part === 'registrar') await startRegistrar(order);
  else if (order.part === 'honest') honest = await Honest.start(order);
  else await startEnemy(order);
  tell({ kind: 'up' });
}

process.on('message', (order: Order) => {
  obey(order).catch((error: unknown) => {
    console.error(error);
    process.exit(1);
  });
});
process.on('disconnect', () => process.exit());
tell({ kind: 'ready' });
