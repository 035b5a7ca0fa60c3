import { PoolElement, Registrar, type RegistrarEvent } from '../../src/rserpool/index.ts';
import { EventLog } from '../rsplib/event-log.ts';
import { MessageLog } from '../rsplib/message-log.ts';
import { rsplibScenario } from '../rsplib/scenario.ts';
import { until } from '../rsplib/until.ts';
import { expectThat } from '../scenario.ts';

const THEIRS = 0x1000;
const OURS = 0x2000;
const OUR_SECOND = 0x3000;
/** Flag H of a keep-alive: take me as your home. */
const HOME = 1;

/** Their registrar is killed; its element, which knows no other, is adopted by ours. */
export const rsplibOurTakeover = rsplibScenario('our registrar takes theirs over', async (lab, see) => {
  const host = await lab.theirs();
  using wire = new MessageLog(lab.network);
  const theirs = await host.registrar(`-identifier=${THEIRS}`);
  await theirs.shows('Registrar started');
  const theirAddress = host.addresses[0];
  await using ours = await Registrar.start({
    ...lab.ours(10),
    registrarId: OURS,
    peers: [theirAddress],
    config: { maxTimeLastHeardMs: 3000, maxTimeNoResponseMs: 1000 },
  });
  const events = new EventLog<RegistrarEvent>(ours);
  const element = await host.element('-echo', [theirAddress], '-identifier=0x1001', '-rereginterval=3000');
  await events.seen('element-learnt', { peIdentifier: 0x1001, homeRegistrarId: THEIRS });

  const killedAt = performance.now();
  await theirs.kill();
  await events.seen('takeover-completed', { targetId: THEIRS, winnerId: OURS, elements: 1 });
  see(`their registrar is killed; taken over after ${Math.round(performance.now() - killedAt)} ms`);
  const adoptions = () => wire.of('ASAP keep-alive', { to: theirAddress }).filter(({ flags }) => flags === HOME);
  await until('their element acknowledges', () => wire.of('ASAP keep-alive-ack', { from: theirAddress }).length > 0);
  expectThat(adoptions().length > 0, 'no keep-alive with the flag H');
  see(`their element is adopted after ${Math.round(performance.now() - killedAt)} ms`);
  await events.seen('registered', { peIdentifier: 0x1001, renewed: true });
  expectThat(events.of('element-lost').length === 0, 'the element was lost meanwhile');
  see('and registers with us from then on');
  await element.stop();
  await events.seen('deregistered', { peIdentifier: 0x1001 });
});

/** Our registrar vanishes; theirs takes its element over, with the consent of another one of ours. */
export const rsplibTheirTakeover = rsplibScenario('their registrar takes ours over', async (lab, see) => {
  const host = await lab.theirs();
  using wire = new MessageLog(lab.network);
  const theirs = await host.registrar(
    `-identifier=${THEIRS}`,
    ...['-peerheartbeatcycle=1000', '-peermaxtimelastheard=1500', '-peermaxtimenoresponse=1500'],
  );
  await theirs.shows('Registrar started');
  const theirAddress = host.addresses[0];
  await host.element('-discard', [theirAddress]);
  await theirs.shows('Successfully registered DiscardPool');
  await using lost = await Registrar.start({
    ...lab.ours(10),
    registrarId: OURS,
    peers: [theirAddress],
    config: { peerHeartbeatCycleMs: 1000 },
  });
  await using witness = await Registrar.start({
    ...lab.ours(11),
    registrarId: OUR_SECOND,
    peers: [theirAddress, '10.99.1.10'],
    // It leaves the takeover to theirs: by default it would be faster.
    profile: 'rfc',
    config: { peerHeartbeatCycleMs: 1000, maxTimeLastHeardMs: 60_000 },
  });
  const [lostEvents, events] = [new EventLog<RegistrarEvent>(lost), new EventLog<RegistrarEvent>(witness)];
  await Promise.all([lost.whenServing(), witness.whenServing()]);
  await using element = await PoolElement.join(
    'EchoPool',
    { ...lab.ours(12), registrars: ['10.99.1.10'], peIdentifier: 0x2001 },
    async (session) => {
      for await (const { data } of session) await session.send(data);
    },
  );
  await events.seen('element-learnt', { peIdentifier: 0x2001, homeRegistrarId: OURS });
  await until(
    'both of our registrars know theirs',
    () => lostEvents.of('rsplib-peer').length + events.of('rsplib-peer').length === 2,
  );

  const cutAt = performance.now();
  lab.cutOff(10);
  await until('we acknowledge', () => wire.of('ENRP init-takeover-ack', { from: '10.99.1.11' }).length > 0);
  see(
    `ours is cut off; theirs wants to take over after ${Math.round(performance.now() - cutAt)} ms, our other one agrees`,
  );
  await until('theirs adopts our element', () => element.home?.addresses.includes(theirAddress) === true);
  see(`home of our element: ${element.home?.addresses.join(', ')}`);
  const moved = await events.seen('element-moved', { peIdentifier: 0x2001, from: OURS, to: THEIRS });
  expectThat(moved.to === THEIRS, `moved to ${moved.to}`);
  see(`our element registers with theirs, and our other one knows, after ${Math.round(performance.now() - cutAt)} ms`);
  const user = await host.user('rspterminal', [theirAddress]);
  await user.shows('COMM_UP');
  await user.tell('hello\n');
  await user.shows(/from PE \$0*2001> hello/);
  see('their user finds it there');
});
