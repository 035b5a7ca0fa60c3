import type { ElementEvent } from '../../src/rserpool/element/events.ts';
import { type JoinOptions, PoolElement } from '../../src/rserpool/index.ts';
import { EventLog } from '../rsplib/event-log.ts';
import type { RsplibLab } from '../rsplib/lab.ts';
import { MessageLog } from '../rsplib/message-log.ts';
import { rsplibScenario } from '../rsplib/scenario.ts';
import { until } from '../rsplib/until.ts';
import { expectThat } from '../scenario.ts';

const THEIR_HOME = '10.99.1.1';
/** One that is told what its registrar speaks, and one that finds out by the first keep-alive. */
const [TOLD, FINDS_OUT] = [0x2001, 0x2002];

/** Our elements in their scope of two registrars: one is their home, the other one knows them from the first. */
export const rsplibTheirRegistrar = rsplibScenario('our elements with their registrars', async (lab, see) => {
  const [homeHost, peerHost] = await Promise.all([lab.theirs(1), lab.theirs(2)]);
  using wire = new MessageLog(lab.network);
  const [homeAddress, peerAddress] = [homeHost.addresses[0], peerHost.addresses[0]];
  const home = await homeHost.registrar(
    ...['-peerheartbeatcycle=1000', `-peer=${peerAddress}:9901`],
    ...['-endpointkeepalivetransmissioninterval=700', '-endpointkeepalivetimeoutinterval=1000'],
  );
  await home.shows('Registrar started');
  const peer = await peerHost.registrar('-peerheartbeatcycle=1000', `-peer=${homeAddress}:9901`);

  const told = await join(lab, 10, { peIdentifier: TOLD, config: { t4ReregistrationMs: 1500, dialect: 'rsplib' } });
  const asked = await join(lab, 11, { peIdentifier: FINDS_OUT, config: { t4ReregistrationMs: 1500 } });
  await using _first = told;
  await using _second = asked;
  const [events, others] = [told, asked].map((element) => new EventLog<ElementEvent>(element)) as [Log, Log];
  await peer.shows(/The registrar is ready/);

  const life = (from: number): number => registrationLife(wire, lab.ours(from).addresses[0]);
  const acks = (from: number): number => wire.of('ASAP keep-alive-ack', { from: lab.ours(from).addresses[0] }).length;
  const isWell = (log: Log, from: number): boolean => log.of('registered').length >= 3 && acks(from) >= 4;
  await until('registered and asked several times', () => isWell(events, 10) && isWell(others, 11));
  for (const from of [10, 11])
    expectThat(life(from) === 600_000, `life ${life(from)} in the registrations from ${from}`);
  see(`an element that is told of rsplib: ${events.of('registered').length} registrations, ${acks(10)} keep-alives`);
  see(`one that finds out: ${others.of('registered').length} registrations, ${acks(11)} keep-alives`);
  expectThat(
    [events, others].every((log) => log.of('home-changed').length === 0),
    'a home has changed',
  );

  const expired = (id: number): number =>
    peer.output.split(`Expiry timeout expired for pool element $0000${id.toString(16)}`).length - 1;
  expectThat(expired(TOLD) === 0 && expired(FINDS_OUT) <= 1, 'their second registrar lets elements run out');
  see(`lives are milliseconds: their second registrar has let ${expired(TOLD)} and ${expired(FINDS_OUT)} run out`);
  const user = await peerHost.user('rspterminal', [peerAddress]);
  await user.shows('COMM_UP');
  await user.tell('hello\n');
  await user.shows(/from PE \$0*200[12]> hello/);
  see('its user gets an answer');

  await told.leave();
  await asked.leave();
  await peer.shows('Successfully deregistered EchoPool/$00002001');
  await peer.shows('Successfully deregistered EchoPool/$00002002');
  see('they leave: gone at both');
});

type Log = EventLog<ElementEvent>;

function join(lab: RsplibLab, host: number, options: JoinOptions): Promise<PoolElement> {
  const registrars = [THEIR_HOME];
  return PoolElement.join('EchoPool', { ...lab.ours(host), registrars, ...options }, async (session) => {
    for await (const { data, ppid } of session) await session.send(data, { ppid });
  });
}

/** Registration Life of the last registration: the third word of its Pool Element parameter. */
function registrationLife(wire: MessageLog, from: string): number {
  const { bytes } = wire.of('ASAP registration', { from }).at(-1)!;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const poolHandleBytes = 4 * Math.ceil(view.getUint16(6) / 4);
  return view.getUint32(4 + poolHandleBytes + 4 + 8);
}
