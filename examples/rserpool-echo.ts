/** A pool of one echo server, its registrar and its user, in one process: `npx tsx examples/rserpool-echo.ts`. */
import { PoolElement, PoolUser, Registrar } from '../src/rserpool/index.ts';

await using registrar = await Registrar.start({ addresses: ['127.0.0.1'], config: { mentorDiscoveryTimeoutMs: 100 } });
const registrars = [registrar.asap];

await using element = await PoolElement.join('EchoPool', { registrars }, async (session) => {
  for await (const { data } of session) {
    await session.setCookie(data); // what another element would need to go on
    await session.send(data);
  }
});

await using user = await PoolUser.open({ registrars });
const session = await user.connect('EchoPool', { signal: AbortSignal.timeout(5000) });
session.on('failover', ({ from, to }) => console.log(`element ${from.peIdentifier} died, ${to.peIdentifier} goes on`));
await session.send('hello');
const reply = await session.receive({ signal: AbortSignal.timeout(5000) });
console.log(`element ${element.peIdentifier} answered: ${Buffer.from(reply.data).toString()}`);
