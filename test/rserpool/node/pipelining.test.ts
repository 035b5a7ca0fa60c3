import { expect, it } from 'vitest';
import { PoolElement, PoolUser, Registrar } from '../../../src/rserpool/index.ts';
import { delay } from '../../harness/links/delay.ts';
import { SimWorld } from '../../sctp/api/sim-world.ts';

it('requests of one moment share a packet, and so do their answers and the SACK', async () => {
  const world = new SimWorld([delay(10)]);
  const on = (address: string) => ({ addresses: [address], substrate: world.host(address, address) });
  let sent = 0;
  const registrar = await Registrar.start({
    ...on('10.0.0.1'),
    capture: ({ direction }) => {
      if (direction === 'sent') sent++;
    },
  });
  await world.run(registrar.whenServing());
  const registrars = ['10.0.0.1'];
  const pools = ['A', 'B', 'C', 'D', 'E', 'F', 'G', 'H'];
  for (const [i, pool] of pools.entries()) {
    await world.run(PoolElement.join(pool, { ...on(`10.0.1.${i}`), registrars }, () => undefined));
  }
  const user = await world.run(PoolUser.open({ ...on('10.0.2.1'), registrars }));
  await world.run(user.populate('A'));
  const before = sent;
  await world.run(Promise.all(pools.map((pool) => user.populate(pool))));
  expect(sent - before).toBe(1);
});
