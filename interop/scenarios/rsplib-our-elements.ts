import { Registrar } from '../../src/rserpool/index.ts';
import {
  CALCAPP_PPID,
  type CalcAppMessage,
  calcAppService,
  chargenService,
  daytimeService,
  decodeCalcApp,
  decodeFractal,
  discardService,
  echoService,
  FRACTAL_PPID,
  type FractalMessage,
  fractalService,
  pingPongService,
  type Service,
  startService,
} from '../../src/rserpool/services/index.ts';
import type { RsplibHost } from '../rsplib/host.ts';
import type { RsplibLab } from '../rsplib/lab.ts';
import { MessageLog } from '../rsplib/message-log.ts';
import { rsplibScenario } from '../rsplib/scenario.ts';
import { until } from '../rsplib/until.ts';
import { expectThat } from '../scenario.ts';

const [WIDTH, HEIGHT] = [160, 120];

/** Each of our services, and the user of rsplib that it is made for. */
export const rsplibOurElements = rsplibScenario(
  'our elements with their users',
  async (lab, see) => {
    const host = await lab.theirs();
    await using registrar = await Registrar.start({ ...lab.ours(10), config: { mentorDiscoveryTimeoutMs: 100 } });
    await registrar.whenServing();
    const use = async (
      service: Service,
      check: (host: RsplibHost, registrars: readonly string[]) => Promise<string>,
    ) => {
      const registrars = [registrar.asap.addresses[0]!];
      await using _element = await startService(service, { ...lab.ours(11), registrars });
      see(`${service.pool}: ${await check(host, registrars)}`);
      await host.clear();
    };
    await use(echoService(), echo);
    await use(discardService(), (...to) => discard(lab, ...to));
    await use(daytimeService(), daytime);
    await use(chargenService(), chargen);
    await use(pingPongService(), pingPong);
    await use(calcAppService(), (...to) => calcApp(lab, ...to));
    await use(fractalService(), (...to) => fractal(lab, ...to));
    expectThat(registrar.snapshot().counters.reports === 0, 'one of our elements was reported unreachable');
  },
  ['pingpongclient', 'calcappclient', 'fractalpooluser', '/usr/share/fgpconfig'],
);

async function echo(host: RsplibHost, registrars: readonly string[]): Promise<string> {
  const user = await host.user('rspterminal', registrars);
  await user.shows('COMM_UP');
  for (const text of ['hello', 'hello again']) {
    await user.tell(`${text}\n`);
    await user.shows(new RegExp(`from PE .*> ${text}\\b`));
  }
  return 'two lines came back';
}

async function discard(lab: RsplibLab, host: RsplibHost, registrars: readonly string[]): Promise<string> {
  using wire = new MessageLog(lab.network);
  const user = await host.user('rspterminal', registrars, '-poolhandle=DiscardPool');
  await user.shows('COMM_UP');
  await user.tell('hello\n');
  await until('the line arrives', () => wire.of('PPID 0', { from: host.addresses[0] }).length === 1);
  await user.stop();
  expectThat(wire.of('PPID 0', { to: host.addresses[0] }).length === 0, 'something came back');
  expectThat(!user.output.includes('FAILOVER'), 'its session did not last');
  return 'a line went, nothing came back';
}

async function daytime(host: RsplibHost, registrars: readonly string[]): Promise<string> {
  const user = await host.user('rspterminal', registrars, '-poolhandle=DaytimePool');
  const [, text] = await user.shows(/from PE .*> (\w+day, \d\d-\w+-\d{4} [\d:.]+)/);
  return text!;
}

async function chargen(host: RsplibHost, registrars: readonly string[]): Promise<string> {
  const user = await host.user('rspterminal', registrars, '-poolhandle=CharGenPool');
  await user.shows('ABCDEFGHIJKLMNOPQRSTUVWXYZ');
  return 'characters came';
}

async function pingPong(host: RsplibHost, registrars: readonly string[]): Promise<string> {
  const user = await host.user('pingpongclient', registrars, '-interval=100');
  await user.shows(/Ack #(\d\d+) from PE .* \(reply #\1\)/);
  return 'ten pings, ten answers, in order';
}

/** What it prints of a job can be torn apart by its log: the jobs are looked at on the wire. */
async function calcApp(lab: RsplibLab, host: RsplibHost, registrars: readonly string[]): Promise<string> {
  using wire = new MessageLog(lab.network);
  const files = ['-vector=/run/calcapp.vec', '-scalar=/run/calcapp.sca'];
  const user = await host.user('calcappclient', registrars, '-jobsize=500000', '-jobinterval=1', ...files);
  const of = (kind: CalcAppMessage['kind']) =>
    wire
      .of(`PPID ${CALCAPP_PPID}`)
      .map(({ bytes }) => decodeCalcApp(bytes)!)
      .filter((message) => message.kind === kind);
  await until('two jobs are complete', () => of('complete').length >= 2);
  const [first, second] = of('complete');
  for (const { jobId, jobSize, completed } of [first!, second!]) {
    const wanted = of('request').find((request) => request.jobId === jobId)?.jobSize;
    expectThat(completed === jobSize && jobSize === wanted, `job ${jobId}: ${completed} of ${wanted} calculations`);
    expectThat(
      of('accept').some((accept) => accept.jobId === jobId),
      `job ${jobId} was not accepted`,
    );
  }
  await user.shows(/Job #\d+ completed/);
  return `two jobs accepted and completed, the first one of ${first!.jobSize} calculations`;
}

async function fractal(lab: RsplibLab, host: RsplibHost, registrars: readonly string[]): Promise<string> {
  using wire = new MessageLog(lab.network);
  const size = [`-width=${WIDTH}`, `-height=${HEIGHT}`, '-threads=2', '-configdir=/usr/share/fgpconfig'];
  const user = await host.user('fractalpooluser', registrars, ...size);
  const messages = () => wire.of(`PPID ${FRACTAL_PPID}`).map(({ bytes }) => decodeFractal(bytes)!);
  const ends = (): number => messages().filter(({ kind }) => kind === 'end').length;
  await until('both parts of the picture end', () => ends() === 2);
  const sum = (count: (message: FractalMessage) => number): number =>
    messages().reduce((total, message) => total + count(message), 0);
  const points = sum((message) => (message.kind === 'data' ? message.counts.length : 0));
  const wanted = sum((message) =>
    message.kind === 'parameter' ? message.parameter.width * message.parameter.height : 0,
  );
  // Its parts overlap a little.
  expectThat(points === wanted && points >= WIDTH * HEIGHT, `${points} points of ${wanted}`);
  expectThat(wire.of('ASAP cookie-echo').length === 0, 'a part was begun again');
  // It draws the next one after a pause of five seconds: this one was complete.
  await user.shows(/Getting parameters[\s\S]*Getting parameters/);
  return `a picture of ${points} points in two sessions, ${wire.of('ASAP cookie').length} cookies`;
}
