import {
  type PolicyParameter,
  PoolElement,
  PoolUser,
  Registrar,
  StatusReporter,
  type StatusSource,
} from '../../src/rserpool/index.ts';
import { patience } from '../patience.ts';
import { rsplibScenario } from '../rsplib/scenario.ts';
import { expectThat } from '../scenario.ts';

const REGISTRAR = 0x2000;
const ELEMENT = 0x2001;

/** What rsplib's tools for administrators see of us. */
export const rsplibTools = rsplibScenario(
  'hsdump shows our handlespace, cspmonitor our components',
  async (lab, see) => {
    const host = await lab.theirs();
    await using registrar = await Registrar.start({
      ...lab.ours(10),
      registrarId: REGISTRAR,
      config: { mentorDiscoveryTimeoutMs: 100 },
    });
    await registrar.whenServing();
    const registrars = [registrar.asap.addresses[0]!];
    const join = (number: number, pool: string, peIdentifier: number, policy: PolicyParameter): Promise<PoolElement> =>
      PoolElement.join(pool, { ...lab.ours(number), registrars, peIdentifier, policy }, () => undefined);
    await using element = await join(11, 'EchoPool', ELEMENT, { kind: 'weighted-round-robin', weight: 7 });
    await using _other = await join(12, 'DiscardPool', ELEMENT + 1, { kind: 'least-used', load: 0x40000000 });

    const dump = await host.start('hsdump', `${registrar.enrp.addresses[0]}:9901`);
    await dump.shows(/Ownership:\n.*"EchoPool" \/ \$00002001.*\n.*"DiscardPool" \/ \$00002002/);
    const shown = [
      'Pool "EchoPool", Policy "WeightedRoundRobin", Protocol SCTP, CtrlCh=yes: (1 nodes)',
      '$00002001 flags=[new][updated]\n     chsum=$00005072 home=$00002000',
      't=$02 [w=7 ',
      'userT: {10.99.1.11, 10.99.2.11}',
      'Pool "DiscardPool", Policy "LeastUsed", Protocol SCTP, CtrlCh=yes: (1 nodes)',
      't=$40000001 [w=0 l=25.000%($40000000)',
      'userT: {10.99.1.12, 10.99.2.12}',
    ];
    for (const text of shown) expectThat(dump.output.includes(text), `hsdump does not show ${text}: ${dump.output}`);
    see(`hsdump: ${/Handlespace\[.*/.exec(dump.output)}; both pools with policies, addresses and homes`);

    await using user = await PoolUser.open({ ...lab.ours(13), registrars });
    await user.connect('EchoPool', { signal: patience() });
    const monitor = await host.start('cspmonitor', '-full');
    await monitor.shows('Current Component Status');
    const report = (source: StatusSource, number: number): Promise<StatusReporter> =>
      StatusReporter.start(source, {
        collector: `${host.addresses[0]}:2960`,
        intervalMs: 250,
        substrate: lab.ours(number).substrate,
      });
    await using _registrarReports = await report(registrar, 10);
    await using _elementReports = await report(element, 11);
    await using _userReports = await report(user, 13);
    await monitor.shows(/1 PRs.*1 PEs.*1 PUs/);
    await monitor.shows(/PU \$/);
    for (const line of screen(monitor.output)) see(`cspmonitor: ${line}`);
    await monitor.shows(/PR \$00002000 \[10\.99\.1\.10.*"2\[2\] PEs in 2 pools/);
    await monitor.shows(/PE \$00002001 \[10\.99\.1\.11.*A=1/);
    await monitor.shows(/PU \$[0-9a-f]+ \[10\.99\.1\.13.*"1 sessions"/);
  },
  ['hsdump', 'cspmonitor'],
);

/** The lines of a terminal's screen about components, without its control sequences. */
function screen(output: string): readonly string[] {
  const ESCAPE = String.fromCharCode(0x1b);
  const text = output.split(ESCAPE).map((piece) => piece.replace(/^\[[\d;]*[A-Za-z]/, ''));
  return text
    .join('')
    .split('\n')
    .filter((line) => /^P[REU] \$/.test(line));
}
