import { expect, it } from 'vitest';
import { PoolElement, Registrar } from '../../../src/rserpool/index.ts';
import { delay } from '../../harness/links/delay.ts';
import { SimWorld } from '../../sctp/api/sim-world.ts';

it('a registrar measures the way to an element by the round trips of the association', async () => {
  const world = new SimWorld([delay(60)]);
  const on = (address: string) => ({ addresses: [address], substrate: world.host(address, address) });
  const registrar = await Registrar.start(on('10.0.0.1'));
  await world.run(registrar.whenServing());
  const policy = { kind: 'weighted-random-with-delay-penalty', weight: 100, weightDpf: 1, distanceMs: 0 } as const;
  const options = { ...on('10.0.1.1'), registrars: ['10.0.0.1'], policy };
  const element = await world.run(PoolElement.join('P', options, () => undefined));
  await world.pass(5000);
  element.update({ policy: { ...policy, weight: 99 } });
  await world.pass(1000);
  expect(registrar.snapshot().pools[0]?.elements[0]?.policy).toEqual({ ...policy, weight: 99, distanceMs: 50 });
  await world.run(element.leave());
  await world.run(registrar.close());
});
