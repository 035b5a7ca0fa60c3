import { Registrar, type RegistrarEvent } from '../../src/rserpool/index.ts';
import { EventLog } from '../rsplib/event-log.ts';
import { MessageLog } from '../rsplib/message-log.ts';
import { rsplibScenario } from '../rsplib/scenario.ts';
import { until } from '../rsplib/until.ts';
import { expectThat } from '../scenario.ts';

const PE = 0x1001;

/** A life with our registrar: registration, keep-alives, resolution, data, deregistration; then one that is killed. */
export const rsplibOurRegistrar = rsplibScenario(
  'their element and their user with our registrar',
  async (lab, see) => {
    const theirs = await lab.theirs();
    using wire = new MessageLog(lab.network);
    await using registrar = await Registrar.start({
      ...lab.ours(10),
      config: { mentorDiscoveryTimeoutMs: 100, keepAlivePeriodMs: 1000 },
    });
    const events = new EventLog<RegistrarEvent>(registrar);
    await registrar.whenServing();
    const registrars = [registrar.asap.addresses[0]!];

    const element = await theirs.element('-echo', registrars, `-identifier=${PE}`, '-rereginterval=1500');
    await events.seen('registered', { peIdentifier: PE, renewed: false });

    const user = await theirs.user('rspterminal', registrars);
    await user.shows('COMM_UP');
    await user.tell('hello\n');
    await user.shows(/from PE \$0*1001> hello/);
    see('their user resolved the pool with us, and their element answered it');
    await user.stop();

    const acks = (): number => wire.of('ASAP keep-alive-ack').length;
    await until('three keep-alives acknowledged', () => acks() >= 3);
    await until('registered three times', () => events.of('registered').length >= 3);
    expectThat(events.of('element-lost').length === 0, 'it was lost meanwhile');
    see(`${events.of('registered').length} registrations, ${acks()} keep-alives acknowledged`);

    await element.stop();
    await events.seen('deregistered', { peIdentifier: PE });
    expectThat(registrar.snapshot().pools.length === 0, 'its pool is still there');
    see('it deregistered when it was asked to end');

    const killed = await theirs.element('-echo', registrars, `-identifier=${PE + 1}`);
    await events.seen('registered', { peIdentifier: PE + 1 });
    const killedAt = performance.now();
    await killed.kill();
    const { reason } = await events.seen('element-lost', { peIdentifier: PE + 1 });
    see(`another one, killed: out of the pool after ${Math.round(performance.now() - killedAt)} ms (${reason})`);
    expectThat(registrar.snapshot().counters.warnings === 0, 'our registrar has warned of something');
  },
);
