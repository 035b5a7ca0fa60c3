import { PoolUser } from '../../src/rserpool/index.ts';
import { calculate, pingPong, readDaytime } from '../../src/rserpool/services/index.ts';
import { patience } from '../patience.ts';
import { rsplibScenario } from '../rsplib/scenario.ts';
import { expectThat } from '../scenario.ts';

/** Our user finds their elements with their registrar. */
export const rsplibTheirElements = rsplibScenario(
  'our user with their elements and their registrar',
  async (lab, see) => {
    const host = await lab.theirs();
    const registrars = [host.addresses[0]];
    const theirs = await host.registrar();
    await theirs.shows('Registrar started');
    for (const [service, pool] of [
      ['-echo', 'EchoPool'],
      ['-daytime', 'DaytimePool'],
      ['-pingpong', 'PingPongPool'],
      ['-calcapp', 'CalcAppPool'],
    ] as const) {
      // The root file system is read-only; calcapp writes statistics.
      const files = service === '-calcapp' ? ['-capvector=/run/calcapp.vec', '-capscalar=/run/calcapp.sca'] : [];
      await host.element(service, registrars, ...files);
      await theirs.shows(`Successfully registered ${pool}`);
    }

    await using user = await PoolUser.open({ ...lab.ours(10), registrars });
    const echo = await user.connect('EchoPool', { signal: patience() });
    for (const length of [1, 1000, 20_000]) {
      const text = 'x'.repeat(length);
      await echo.send(text);
      const { data } = await echo.receive({ signal: patience() });
      expectThat(new TextDecoder().decode(data) === text, `${data.length} bytes came back`);
    }
    see('EchoPool: messages of 1, 1000 and 20000 bytes came back');

    const daytime = await user.connect('DaytimePool', { failover: 'on-failure', signal: patience() });
    const text = await readDaytime(daytime, patience());
    expectThat(/^\w+day, /.test(text), text);
    see(`DaytimePool: ${text.trim()}`);

    const pings = await user.connect('PingPongPool', { signal: patience() });
    const replies: number[] = [];
    for await (const { replyNo } of pingPong(pings, { count: 10, intervalMs: 50, signal: patience() }))
      replies.push(replyNo);
    expectThat(replies.join() === '1,2,3,4,5,6,7,8,9,10', `replies ${replies}`);
    see('PingPongPool: ten pings, ten answers, in order');

    const job = await user.connect('CalcAppPool', { signal: patience() });
    const { completed, elapsedMs } = await calculate(job, { jobSize: 500_000, signal: patience() });
    expectThat(completed === 500_000, `${completed} calculations`);
    see(`CalcAppPool: a job of ${completed} calculations in ${Math.round(elapsedMs)} ms`);
  },
);
