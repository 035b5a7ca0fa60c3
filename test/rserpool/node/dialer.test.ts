import { describe, expect, it } from 'vitest';
import { echoService } from '../../../src/rserpool/services/index.ts';
import { ServiceScope } from '../services/service-scope.ts';

describe('sessions of one user', () => {
  it('several lead to the same element at the same time, on the same UDP port', async () => {
    const scope = await ServiceScope.open();
    const element = await scope.start(echoService());
    const sessions = await scope.world.run(Promise.all([1, 2, 3].map(() => scope.user.connect('EchoPool'))));
    for (const [i, session] of sessions.entries()) await session.send(`session ${i}`);
    const answers = await scope.world.run(Promise.all(sessions.map((session) => session.receive())));
    expect(answers.map(({ data }) => new TextDecoder().decode(data))).toEqual(['session 0', 'session 1', 'session 2']);
    const remotes = element.sessions.map(({ remote }) => remote);
    expect(new Set(remotes.map(({ port }) => port)).size).toBe(3);
    expect(new Set(remotes.map(({ udpPort }) => udpPort)).size).toBe(1);
  });

  it('one begins as soon as the one before is closed', async () => {
    const scope = await ServiceScope.open();
    await scope.start(echoService());
    for (let i = 0; i < 5; i++) {
      const session = await scope.world.run(scope.user.connect('EchoPool'));
      session.close();
    }
    await scope.world.pass(2000);
    expect(scope.elements[0]!.element.sessions).toEqual([]);
  });

  it('a session can be made to turn to another element', async () => {
    const scope = await ServiceScope.open();
    for (let i = 0; i < 2; i++) await scope.start(echoService());
    const session = await scope.world.run(scope.user.connect('EchoPool'));
    const before = session.element!.peIdentifier;
    const failovers: number[] = [];
    session.on('failover', ({ to }) => failovers.push(to.peIdentifier));
    session.forceFailover('it answers nonsense');
    await scope.world.pass(2000);
    expect(failovers).toEqual([3 - before]);
  });
});
