import { describe, expect, it } from 'vitest';
import {
  type ComponentReport,
  componentId,
  describeComponent,
  PoolElement,
  PoolUser,
  Registrar,
  StatusCollector,
  StatusReporter,
} from '../../../src/rserpool/index.ts';
import { SimWorld } from '../../sctp/api/sim-world.ts';

describe('status reports', () => {
  it('tell of a whole scope, with who is connected with whom, until each component ends', async () => {
    const world = new SimWorld();
    const on = (address: string) => ({ addresses: [address], substrate: world.host(address, address) });
    const collectorHost = world.host('collector', '10.0.0.9');
    const collector = await StatusCollector.listen({ address: '10.0.0.9', substrate: collectorHost });
    const latest = new Map<string, ComponentReport>();
    const gone: string[] = [];
    collector.on('report', (report, change) => {
      latest.set(describeComponent(report.senderId), report);
      if (change === 'gone') gone.push(describeComponent(report.senderId));
    });
    const report = (source: Registrar | PoolElement | PoolUser, { addresses, substrate }: ReturnType<typeof on>) =>
      StatusReporter.start(source, { collector: '10.0.0.9', address: addresses[0], substrate });

    const [a, b, c] = [on('10.0.0.1'), on('10.0.1.1'), on('10.0.2.1')];
    const registrar = await Registrar.start({ ...a, registrarId: 7, config: { mentorDiscoveryTimeoutMs: 100 } });
    await world.run(registrar.whenServing());
    const policy = { kind: 'least-used', load: 0x40000000 } as const;
    const element = await world.run(
      PoolElement.join('P', { ...b, registrars: ['10.0.0.1'], peIdentifier: 8, policy }, async (session) => {
        for await (const _ of session);
      }),
    );
    const user = await PoolUser.open({ ...c, registrars: ['10.0.0.1'] });
    await world.run(user.connect('P'));
    const reporters = [await report(registrar, a), await report(element, b), await report(user, c)];
    await world.pass(2500);

    expect(latest.get('registrar 0x00000007')).toMatchObject({
      status: '1[1] PEs in 1 pools, 0 peers',
      uptimeMs: 2000,
    });
    expect(latest.get('pool-element 0x00000008')).toMatchObject({ status: '1 sessions', final: false });
    expect(latest.get('pool-element 0x00000008')?.workload).toBeCloseTo(0.25, 4);
    const ofUser = [...latest.values()].at(-1)!;
    expect(ofUser.associations).toEqual([
      { receiverId: componentId('registrar', 0), durationMs: 2000, protocol: 132, ppid: 11 },
      { receiverId: componentId('pool-element', 8), durationMs: 2000, protocol: 132, ppid: 0 },
    ]);
    expect(collector.components).toHaveLength(3);

    for (const reporter of reporters) await reporter.close();
    await world.pass(100);
    expect(gone).toHaveLength(3);
    expect(collector.components).toEqual([]);
    await world.run(Promise.all([user.close(), element.leave()]));
    await world.run(registrar.close());
    await collector.close();
    await world.pass(1000);
    // No timer is left behind.
    expect(world.clock.pending).toBe(0);
  });

  it('a collector that is no address, and an interval out of its range, are refused', async () => {
    const source = { componentStatus: () => expect.fail('nobody asks') };
    await expect(StatusReporter.start(source, { collector: 'a b' })).rejects.toThrow(/neither an IP address/);
    await expect(StatusReporter.start(source, { collector: '127.0.0.1', intervalMs: 0 })).rejects.toThrow(
      /100 to 3600000/,
    );
  });
});
