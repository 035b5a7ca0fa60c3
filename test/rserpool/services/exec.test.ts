import { describe, expect, it } from 'vitest';
import { PoolUser, Registrar, type UserSession } from '../../../src/rserpool/index.ts';
import { type ExecServiceOptions, execService, startService } from '../../../src/rserpool/services/index.ts';

/** A program in JavaScript, as a command. */
const program = (code: string): Pick<ExecServiceOptions, 'command' | 'args'> => ({
  command: process.execPath,
  args: ['-e', code],
});
const UPPER_CASE = program(`process.stdin.on('data', (text) => process.stdout.write(String(text).toUpperCase()))`);

/** Sessions with a pool whose element runs a program for each, on loopback. */
async function withPool(options: ExecServiceOptions, use: (connect: () => Promise<UserSession>) => Promise<void>) {
  await using registrar = await Registrar.start({ udpPort: 0, config: { mentorDiscoveryTimeoutMs: 50 } });
  const registrars = [registrar.asap];
  await using _element = await startService(execService(options), { registrars, udpPort: 0 });
  await using user = await PoolUser.open({ registrars, udpPort: 0 });
  await use(() => user.connect('ExecPool', { failover: 'never', signal: AbortSignal.timeout(10_000) }));
}

async function textFrom(session: UserSession): Promise<string> {
  const { data } = await session.receive({ signal: AbortSignal.timeout(10_000) });
  return new TextDecoder().decode(data);
}

describe('exec', () => {
  it('a program for every user: messages are lines, lines are messages', async () => {
    await withPool(UPPER_CASE, async (connect) => {
      const [one, two] = [await connect(), await connect()];
      await one.send('one\nand more');
      await two.send('two\n');
      expect([await textFrom(one), await textFrom(one), await textFrom(two)]).toEqual(['ONE', 'AND MORE', 'TWO']);
    });
  });

  it('raw: bytes as they come', async () => {
    await withPool({ ...UPPER_CASE, framing: 'raw' }, async (connect) => {
      const session = await connect();
      await session.send('no line\nfeed');
      expect(await textFrom(session)).toBe('NO LINE\nFEED');
    });
  });

  it('a line without end becomes several messages', async () => {
    const long = program(`process.stdout.write('x'.repeat(100_000) + '\\n')`);
    await withPool(long, async (connect) => {
      const session = await connect();
      expect([(await textFrom(session)).length, (await textFrom(session)).length]).toEqual([65_536, 100_000 - 65_536]);
    });
  });

  it.each([
    ['ends well', program(`console.log('bye')`), false, ''],
    ['fails', program(`console.error('oh'); process.exit(3)`), true, 'oh'],
    ['is not there', { command: '/no/such/program' }, true, ''],
  ])('the session ends when the program %s', async (_, command, failed, said) => {
    let errors = '';
    await withPool({ ...command, onStderr: (text) => (errors += text) }, async (connect) => {
      const session = await connect();
      const closed = new Promise<{ failed: boolean }>((resolve) => session.on('closed', resolve));
      expect((await closed).failed).toBe(failed);
    });
    expect(errors).toContain(said);
  });

  it('the program ends with the session', async () => {
    const stubborn = program(`setInterval(() => {}, 1000); console.log(process.pid)`);
    await withPool(stubborn, async (connect) => {
      const session = await connect();
      const pid = Number(await textFrom(session));
      session.close();
      await expect.poll(() => isRunning(pid), { timeout: 10_000 }).toBe(false);
    });
  });
});

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
