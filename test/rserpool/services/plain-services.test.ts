import { describe, expect, it } from 'vitest';
import {
  chargenService,
  daytimeService,
  daytimeText,
  discardService,
  echoService,
  readDaytime,
  type Service,
} from '../../../src/rserpool/services/index.ts';
import { ServiceScope } from './service-scope.ts';

const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);

describe('echo, discard, daytime, chargen', () => {
  it('echo: same bytes, same PPID, same stream', async () => {
    const scope = await ServiceScope.open();
    await scope.start(echoService());
    const session = await scope.world.run(scope.user.connect('EchoPool'));
    await session.send('hello', { ppid: 77, stream: 3 });
    const { data, ppid, stream } = await scope.world.run(session.receive());
    expect([text(data), ppid, stream]).toEqual(['hello', 77, 3]);
  });

  it('discard: nothing comes back', async () => {
    const scope = await ServiceScope.open();
    await scope.start(discardService());
    const session = await scope.world.run(scope.user.connect('DiscardPool'));
    let answers = 0;
    void session.receive().then(
      () => answers++,
      () => undefined,
    );
    for (let i = 0; i < 200; i++) await session.send('x'.repeat(1000));
    await scope.world.pass(2000);
    expect(answers).toBe(0);
    expect(session.closed).toBe(false);
  });

  it('daytime: the time in the form of rsplib, unasked, and the end of the session', async () => {
    const date = new Date(2026, 10, 2, 5, 16, 46, 59);
    expect(daytimeText(date)).toBe('Monday, 02-November-2026 05:16:46.059000\n');
    const scope = await ServiceScope.open();
    await scope.start(daytimeService(() => date));
    const session = await scope.world.run(scope.user.connect('DaytimePool', { failover: 'on-failure' }));
    expect(await scope.world.run(readDaytime(session))).toBe(daytimeText(date));
    await scope.world.pass(1000);
    expect(session.closed).toBe(true);
  });

  it('chargen: the lines of RFC 864 in messages of 1024 bytes, no faster than they are read', async () => {
    const scope = await ServiceScope.open();
    await scope.start(chargenService());
    const session = await scope.world.run(scope.user.connect('CharGenPool'));
    await scope.world.pass(5000);
    let all = '';
    for (let i = 0; i < 40; i++) {
      const { data, ppid } = await scope.world.run(session.receive());
      expect([data.length, ppid]).toEqual([1024, 0]);
      all += text(data);
    }
    const lines = all.split('\r\n').slice(0, -1);
    expect(lines[0]).toBe(' !"#$%&\'()*+,-./0123456789:;<=>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[\\]^_`abcdefg');
    expect(lines[1]).toBe(`${lines[0]!.slice(1)}h`);
    expect(lines.every((line) => /^[ -~]{72}$/.test(line))).toBe(true);
    expect(lines[95]).toBe(lines[0]);
    session.close();
    await scope.world.pass(5000);
    expect(scope.elements[0]!.element.sessions).toEqual([]);
  });
});

describe('places', () => {
  const places: Service = { ...echoService(), maxSessions: 2 };

  it('a user that comes when all are taken goes on to another element', async () => {
    const scope = await ServiceScope.open();
    await scope.start(places);
    const sessions = [];
    for (let i = 0; i < 3; i++) {
      const session = await scope.world.run(scope.user.connect('EchoPool'));
      await session.send('here');
      sessions.push(session);
    }
    await scope.world.pass(1000);
    expect(scope.elements[0]!.element.sessions).toHaveLength(2);
    await scope.start(places);
    await scope.world.pass(30_000);
    expect(scope.elements.map(({ element }) => element.sessions.length)).toEqual([2, 1]);
    expect(sessions.every((session) => !session.closed)).toBe(true);
  });

  it('the load that is registered is the share of the places that are taken', async () => {
    const scope = await ServiceScope.open();
    await scope.start(places, { policy: { kind: 'least-used', load: 0 } });
    const policy = (): unknown => scope.registrar.snapshot().pools[0]!.elements[0]!.policy;
    const session = await scope.world.run(scope.user.connect('EchoPool'));
    await scope.world.pass(1000);
    expect(policy()).toEqual({ kind: 'least-used', load: 0x80000000 });
    session.close();
    await scope.world.pass(1000);
    expect(policy()).toEqual({ kind: 'least-used', load: 0 });
  });

  it('a service that fails ends the session of that user only, and gives its place back', async () => {
    const scope = await ServiceScope.open();
    const element = await scope.start({
      ...places,
      maxSessions: 1,
      async serve(session) {
        await session.receive();
        throw new Error('out of order');
      },
    });
    const failures: string[] = [];
    element.on('handler-error', (error) => failures.push(String(error)));
    const first = await scope.world.run(scope.user.connect('EchoPool', { failover: 'never' }));
    await first.send('x');
    await scope.world.pass(1000);
    expect(first.closed).toBe(true);
    const another = await scope.openUser(scope.world.host('other', '10.0.3.1'), '10.0.3.1');
    const second = await scope.world.run(another.connect('EchoPool', { failover: 'never' }));
    await scope.world.pass(3000);
    expect(second.closed).toBe(false);
    expect(failures).toEqual(['Error: out of order']);
  });

  it('an element that leaves while it serves does so without an error', async () => {
    const scope = await ServiceScope.open();
    const element = await scope.start(chargenService());
    const session = await scope.world.run(scope.user.connect('CharGenPool'));
    await scope.world.run(session.receive());
    session.close();
    const failures: unknown[] = [];
    element.on('handler-error', (error) => failures.push(error));
    await scope.world.run(element.leave());
    expect(failures).toEqual([]);
  });
});
