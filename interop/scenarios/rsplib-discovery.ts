import { PoolElement, PoolUser, Registrar, type RegistrarEvent } from '../../src/rserpool/index.ts';
import { patience } from '../patience.ts';
import { EventLog } from '../rsplib/event-log.ts';
import { MessageLog } from '../rsplib/message-log.ts';
import { rsplibScenario } from '../rsplib/scenario.ts';
import { expectThat } from '../scenario.ts';

const THEIRS = 0x1000;

/** Nobody is told where anybody is: all find each other by multicast, in rsplib's groups. */
export const rsplibDiscovery = rsplibScenario('registrars are found by multicast, both ways', async (lab, see) => {
  const host = await lab.theirs();
  using wire = new MessageLog(lab.network);
  const ours = await Registrar.start({
    ...lab.ours(10),
    announce: true,
    enrp: { announce: true },
    config: { mentorDiscoveryTimeoutMs: 100, peerHeartbeatCycleMs: 1000 },
  });
  await using _closes = ours;
  const events = new EventLog<RegistrarEvent>(ours);
  await ours.whenServing(patience());
  await host.start('rspserver', '-echo', '-identifier=0x1001');
  await events.seen('registered', { peIdentifier: 0x1001 });
  const user = await host.start('rspterminal');
  await user.shows('COMM_UP');
  const groups = [...new Set(wire.of('ASAP server-announce').map(({ to }) => to))].sort();
  expectThat(groups.join() === '224.0.1.185,239.0.0.50', `announcements to ${groups}`);
  see(`their element and their user hear the announcements of our registrar (${groups.join(', ')}) and use it`);

  const theirs = await host.registrar(`-identifier=${THEIRS}`, '-peerheartbeatcycle=1000');
  await theirs.shows('Initialization phase ended after obtaining handlespace from mentor server');
  await events.seen('peer-up', { registrarId: THEIRS });
  await events.seen('rsplib-peer', { registrarId: THEIRS });
  see('the registrars hear the presences of each other; theirs takes ours as its mentor');

  await ours.close();
  await using element = await PoolElement.join(
    'PrivatePool',
    { ...lab.ours(11), signal: patience() },
    async (session) => {
      for await (const { data } of session) await session.send(data);
    },
  );
  expectThat(element.home?.addresses.includes(host.addresses[0]) === true, `its home is ${element.home?.addresses}`);
  await using ourUser = await PoolUser.open(lab.ours(12));
  const session = await ourUser.connect('PrivatePool', { signal: patience() });
  await session.send('hello');
  const { data } = await session.receive({ signal: patience() });
  expectThat(new TextDecoder().decode(data) === 'hello', 'no echo');
  see('our element and our user hear the announcements of their registrar and use it');
});
