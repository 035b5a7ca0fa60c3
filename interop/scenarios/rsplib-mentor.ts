import { PoolElement, Registrar, type RegistrarEvent } from '../../src/rserpool/index.ts';
import { EventLog } from '../rsplib/event-log.ts';
import { MessageLog } from '../rsplib/message-log.ts';
import { rsplibScenario } from '../rsplib/scenario.ts';
import { until } from '../rsplib/until.ts';
import { expectThat } from '../scenario.ts';

const THEIRS = 0x1000;
const OURS = 0x2000;

/** They join our scope: their registrar starts second, hears our presence and downloads from us. */
export const rsplibMentor = rsplibScenario('their registrar joins ours', async (lab, see) => {
  const host = await lab.theirs();
  const theirAddress = host.addresses[0];
  using wire = new MessageLog(lab.network);
  await using ours = await Registrar.start({
    ...lab.ours(10),
    registrarId: OURS,
    peers: [theirAddress],
    config: { mentorDiscoveryTimeoutMs: 100, peerHeartbeatCycleMs: 1000, peerRetryMaxMs: 500 },
  });
  const events = new EventLog<RegistrarEvent>(ours);
  const ourAddress = ours.asap.addresses[0]!;
  await events.seen('serving', { mentorId: undefined });
  await using _element = await PoolElement.join(
    'EchoPool',
    { ...lab.ours(11), registrars: [ourAddress], peIdentifier: 0x2001 },
    async (session) => {
      for await (const { data } of session) await session.send(data);
    },
  );

  const theirs = await host.registrar(`-identifier=${THEIRS}`, '-peerheartbeatcycle=1000');
  await theirs.shows('Initialization phase ended after obtaining handlespace from mentor server');
  see('their registrar takes ours as its mentor and gets the handlespace');
  await events.seen('peer-up', { registrarId: THEIRS });
  // Until it has shown that it is rsplib's, it takes lives in seconds for milliseconds.
  await events.seen('rsplib-peer', { registrarId: THEIRS });
  const expired = (): number => theirs.output.split('Expiry timeout expired').length - 1;
  const expiredBefore = expired();
  see(`we find out that it is rsplib's; until then it has let our element run out ${expiredBefore} times`);
  expectThat(expiredBefore <= 3, 'that took too long');
  const before = wire.of('ENRP presence', { from: theirAddress }).length;
  await until('presences of theirs', () => wire.of('ENRP presence', { from: theirAddress }).length >= before + 4);
  const user = await host.user('rspterminal', [theirAddress]);
  await user.shows('COMM_UP');
  await user.tell('hello\n');
  await user.shows(/from PE \$0*2001> hello/);
  expectThat(expired() === expiredBefore, 'it still lets our element run out');
  see('its users find our element');
  const [peer] = ours.snapshot().peers;
  expectThat(events.of('audit-mismatch').length === 0 && peer?.state === 'active', JSON.stringify(peer));
  expectThat(ours.snapshot().counters.warnings === 0, 'our registrar has warned of something');
  see(`checksums equal; their registrar is ${peer!.state}`);
});
