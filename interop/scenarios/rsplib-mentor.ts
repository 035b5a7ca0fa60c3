import { Registrar, type RegistrarEvent } from '../../src/rserpool/index.ts';
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
  await host.element('-echo', [ourAddress], '-identifier=0x2001');
  await events.seen('registered', { peIdentifier: 0x2001 });

  const theirs = await host.registrar(`-identifier=${THEIRS}`, '-peerheartbeatcycle=1000');
  await theirs.shows('Initialization phase ended after obtaining handlespace from mentor server');
  see('their registrar takes ours as its mentor and gets the handlespace');
  await events.seen('peer-up', { registrarId: THEIRS });
  const user = await host.user('rspterminal', [theirAddress]);
  await user.shows('COMM_UP');
  see('its users find the element of ours');
  const before = wire.of('ENRP presence', { from: theirAddress }).length;
  await until('presences of theirs', () => wire.of('ENRP presence', { from: theirAddress }).length >= before + 4);
  const [peer] = ours.snapshot().peers;
  expectThat(events.of('audit-mismatch').length === 0 && peer?.state === 'active', JSON.stringify(peer));
  expectThat(ours.snapshot().counters.warnings === 0, 'our registrar has warned of something');
  see(`checksums equal; their registrar is ${peer!.state}`);
});
