import { Registrar, type RegistrarEvent } from '../../src/rserpool/index.ts';
import { pause } from '../peers.ts';
import { EventLog } from '../rsplib/event-log.ts';
import { MessageLog } from '../rsplib/message-log.ts';
import { rsplibScenario } from '../rsplib/scenario.ts';
import { handleUpdatesSwallowed } from '../rsplib/swallow.ts';
import { until } from '../rsplib/until.ts';
import { expectThat } from '../scenario.ts';

const THEIRS = 0x1000;
const OURS = 0x2000;
/** Flag W of a table request: own elements only. */
const OWN_ONLY = 1;

/** We join their scope: downloads, updates both ways, equal checksums, and the audit when one side has missed some. */
export const rsplibEnrp = rsplibScenario(
  'our registrar joins theirs; updates and audits both ways',
  async (lab, see) => {
    const host = await lab.theirs();
    using wire = new MessageLog(lab.network);
    const theirs = await host.registrar(`-identifier=${THEIRS}`, '-peerheartbeatcycle=1000');
    await theirs.shows('Registrar started');
    const theirAddress = host.addresses[0];
    await host.element('-echo', [theirAddress], '-identifier=0x1001');
    await theirs.shows('Successfully registered EchoPool');

    await using ours = await Registrar.start({
      ...lab.ours(10),
      registrarId: OURS,
      peers: [theirAddress],
      config: { peerHeartbeatCycleMs: 1000 },
    });
    const events = new EventLog<RegistrarEvent>(ours);
    const ourAddress = ours.asap.addresses[0]!;
    await events.seen('serving', { mentorId: THEIRS });
    await events.seen('element-learnt', { peIdentifier: 0x1001, homeRegistrarId: THEIRS });
    see('we join with their registrar as mentor, and get its element');

    // Their registrar asks for our table whenever its copy and our checksum differ.
    const audits = () =>
      wire.of('ENRP table-request', { from: theirAddress }).filter(({ flags }) => flags === OWN_ONLY);
    const presences = () => wire.of('ENRP presence', { from: ourAddress }).length;
    const twoPresences = async (): Promise<void> => {
      const before = presences();
      await until('two presences of ours', () => presences() >= before + 2);
      await pause(200);
    };

    const discard = await host.element('-discard', [ourAddress], '-identifier=0x2001');
    await events.seen('registered', { peIdentifier: 0x2001 });
    const second = await host.element('-echo', [theirAddress], '-identifier=0x1002');
    await events.seen('element-learnt', { peIdentifier: 0x1002 });
    await discard.stop();
    await second.stop();
    await theirs.shows('Successfully deregistered DiscardPool');
    await events.seen('element-lost', { peIdentifier: 0x1002, reason: 'peer-update' });
    await twoPresences();
    expectThat(audits().length === 0, `their registrar has found ${audits().length} differences`);
    expectThat(events.of('audit-mismatch').length === 0, 'we have found a difference');
    see('elements come and go on both sides: updates are enough, all checksums equal');

    lab.network.change = handleUpdatesSwallowed;
    await host.element('-daytime', [ourAddress], '-identifier=0x2002');
    await until('their registrar asks for our table', () => audits().length > 0);
    await host.element('-pingpong', [theirAddress], '-identifier=0x1003');
    await events.seen('audit-mismatch', { registrarId: THEIRS });
    const { learnt } = await events.seen('resynchronized', { registrarId: THEIRS });
    expectThat(learnt === 1, `we have learnt ${learnt}`);
    lab.network.change = undefined;
    const [theirAudits, ourAudits] = [audits().length, events.of('audit-mismatch').length];
    await twoPresences();
    expectThat(audits().length === theirAudits && events.of('audit-mismatch').length === ourAudits, 'not equal again');
    see('updates were lost in both directions: both sides find the difference, ask for the table, and are equal again');

    const user = await host.user('rspterminal', [theirAddress], '-poolhandle=DaytimePool');
    await user.shows(/from PE \$0*2002> \w+day/);
    see('their registrar resolves what it has learnt from us');
    expectThat(ours.snapshot().counters.warnings === 0, 'our registrar has warned of something');
  },
);
