import { PoolUser, Registrar, type RegistrarEvent } from '../../src/rserpool/index.ts';
import { type Pong, pingPong, pingPongService, startService } from '../../src/rserpool/services/index.ts';
import { EventLog } from '../rsplib/event-log.ts';
import { rsplibScenario } from '../rsplib/scenario.ts';
import { until } from '../rsplib/until.ts';
import { expectThat } from '../scenario.ts';
import type { GuestProgram } from '../uml/guest-program.ts';

const [THEIRS, OURS, THEIR_SECOND] = [0x1001, 0x2001, 0x1002];

/** PingPong, whose cookie has the number of the next answer: sessions go from their element to ours and back. */
export const rsplibFailover = rsplibScenario(
  'sessions fail over from their element to ours and back, with their cookies',
  async (lab, see) => {
    const host = await lab.theirs();
    await using registrar = await Registrar.start({ ...lab.ours(10), config: { mentorDiscoveryTimeoutMs: 100 } });
    const events = new EventLog<RegistrarEvent>(registrar);
    await registrar.whenServing();
    const registrars = [registrar.asap.addresses[0]!];
    const startTheirs = async (peIdentifier: number): Promise<GuestProgram> => {
      const element = await host.element('-pingpong', registrars, `-identifier=${peIdentifier}`);
      await events.seen('registered', { peIdentifier });
      return element;
    };
    const first = await startTheirs(THEIRS);

    const ending = new AbortController();
    await using user = await PoolUser.open({ ...lab.ours(11), registrars });
    const session = await user.connect('PingPongPool', { signal: ending.signal });
    const elements: number[] = [];
    session.on('failover', ({ to, cookie }) => {
      expectThat(cookie, 'no cookie');
      elements.push(to.peIdentifier);
    });
    const pongs: Pong[] = [];
    const ponging = (async () => {
      for await (const pong of pingPong(session, { intervalMs: 100, signal: ending.signal })) pongs.push(pong);
    })();
    // Ends with the signal.
    ponging.catch(() => undefined);
    const theirUser = await host.user('pingpongclient', registrars, '-interval=100');
    const acks = (): readonly Ack[] => acksOf(theirUser.output);
    const afterFive = async (peIdentifier: number): Promise<void> => {
      const before = pongs.length;
      await until('five answers to our user', () => pongs.length >= before + 5);
      const isEnough = (): boolean => acks().filter((ack) => ack.peIdentifier === peIdentifier).length >= 5;
      await until('five answers to theirs', isEnough);
    };

    await afterFive(THEIRS);
    const ours = await startService(pingPongService(), { ...lab.ours(12), registrars, peIdentifier: OURS });
    await first.kill();
    await afterFive(OURS);
    see('their element is killed: both users are served by ours');
    await startTheirs(THEIR_SECOND);
    await ours.leave();
    await afterFive(THEIR_SECOND);
    see('ours leaves: both users are served by another one of theirs');
    ending.abort();

    expectThat(elements.join() === [OURS, THEIR_SECOND].join(), `our user went to ${elements}`);
    expectGoesOn(pongs.map(({ replyNo }) => replyNo));
    see(`our user: ${pongs.length} answers, the last one is number ${pongs.at(-1)!.replyNo}`);
    const theirReplies = acks().map(({ replyNo }) => replyNo);
    expectGoesOn(theirReplies);
    see(`their user: ${theirReplies.length} answers, the last one is number ${theirReplies.at(-1)}`);
  },
  ['pingpongclient'],
);

interface Ack {
  readonly peIdentifier: number;
  readonly replyNo: number;
}

function acksOf(output: string): readonly Ack[] {
  return [...output.matchAll(/Ack #\d+ from PE \$([0-9a-f]+) \(reply #(\d+)\)/g)].map(([, id, replyNo]) => ({
    peIdentifier: Number.parseInt(id!, 16),
    replyNo: Number(replyNo),
  }));
}

/** A number comes again if an element was killed between an answer and its cookie. */
function expectGoesOn(replies: readonly number[]): void {
  const isNext = (replyNo: number, i: number): boolean =>
    i === 0 ? replyNo === 1 : [0, 1].includes(replyNo - replies[i - 1]!);
  expectThat(replies.every(isNext), `answers number ${replies}`);
}
