import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { decode } from 'fast-png';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readCapture } from '../../src/sctp/index.ts';
import { RunningCommand, run } from './test-io.ts';

/** A program that answers in upper case. */
const UPPER_CASE = `process.stdin.on('data', (text) => process.stdout.write(String(text).toUpperCase()))`;

describe('a pool made of commands', () => {
  let registrar: RunningCommand;
  let place: string;
  const elements: RunningCommand[] = [];

  beforeAll(async () => {
    registrar = new RunningCommand('registrar', '--udp-port', '0');
    place = /ASAP at (\S+),/.exec(await registrar.line(/^registrar: ASAP at/))![1]!;
    const services = ['echo', 'daytime', 'counter', 'discard', 'chargen', 'pingpong', 'calcapp', 'fractal', 'fractal'];
    for (const service of [...services, 'exec']) {
      const more = service === 'exec' ? ['--raw', '--', process.execPath, '-e', UPPER_CASE] : [];
      const element = new RunningCommand('pe', service, '--registrar', place, '--udp-port', '0', ...more);
      elements.push(element);
      await element.line(new RegExp(`^${service} in `));
    }
  });

  afterAll(async () => {
    for (const element of elements) expect(await element.interrupt()).toBe(0);
    expect(await registrar.interrupt()).toBe(0);
  });

  const use = (pool: string, ...more: string[]): RunningCommand =>
    new RunningCommand('pu', pool, '--registrar', place, '--udp-port', '0', '--linger', '0.2', ...more);

  it('echo: every line comes back, empty ones are left out', async () => {
    const user = use('EchoPool');
    user.stdin.end('one\n\ntwo\n');
    expect(await user.exitCode).toBe(0);
    expect(user.out).toEqual(['one', 'two']);
    expect(user.err[0]).toMatch(/^connected to 0x[0-9a-f]{8} at 127\.0\.0\.1:\d+;udp=\d+$/);
  });

  it('echo: what could steer the terminal is not printed as it is', async () => {
    const user = use('EchoPool');
    user.stdin.end('a\tb\u001b[31mc\n');
    await user.exitCode;
    expect(user.out).toEqual(['a\tb\ufffd[31mc']);
  });

  it('daytime: the time, unasked; discard: nothing', async () => {
    const user = use('DaytimePool', '--json');
    expect(await user.exitCode).toBe(0);
    const { text } = JSON.parse(user.out[0]!) as { text: string };
    expect(text).toMatch(/^[A-Z][a-z]+day, \d\d-[A-Z][a-z]+-\d{4} \d\d:\d\d:\d\d\.\d{6}$/);
    const silent = use('DiscardPool');
    silent.stdin.end('?\n!\n');
    expect(await silent.exitCode).toBe(0);
    expect(silent.out).toEqual(['2 messages sent']);
  });

  it('exec: a program answers', async () => {
    const user = use('ExecPool', '--linger', '2');
    user.stdin.write('what\n');
    await user.line(/^WHAT$/);
    user.stdin.end();
    expect(await user.exitCode).toBe(0);
  });

  it('pingpong: numbered answers, for people and as JSON', async () => {
    const people = use('PingPongPool', '--count', '2', '--interval', '0.02');
    expect(await people.exitCode).toBe(0);
    expect(people.out).toEqual(
      [1, 2].map((n) => expect.stringMatching(`^pong ${n}, answer ${n} from 0x.{8}, \\S+ ms$`)),
    );
    expect(people.err.at(-1)).toBe('2 of 2 pings were answered');
    const machines = use('PingPongPool', '--count', '1', '--json');
    expect(await machines.exitCode).toBe(0);
    expect(JSON.parse(machines.out[0]!)).toMatchObject({ messageNo: 1, replyNo: 1 });
  });

  it('pingpong: exit code 1 if there is no answer; --service overrides what the name of the pool says', async () => {
    const user = use('DiscardPool', '--service', 'pingpong', '--count', '1');
    expect(await user.exitCode).toBe(1);
    expect(user.err.at(-1)).toBe('rserpool: no ping was answered (ERR_CLI_TIMEOUT)');
  });

  it('calcapp: jobs one after the other', async () => {
    const user = use('CalcAppPool', '--size', '20000', '--count', '2');
    expect(await user.exitCode).toBe(0);
    expect(user.out).toEqual(
      [1, 2].map((n) => expect.stringMatching(`^job ${n}: 20000 calculations in 0\\.\\d{3} s$`)),
    );
    expect(user.err).toContain('job 2 was accepted');
  });

  it('chargen: as many messages as wanted', async () => {
    const user = use('CharGenPool', '--count', '3');
    expect(await user.exitCode).toBe(0);
    expect(user.out).toHaveLength(Math.ceil((3 * 1024) / 74));
    expect(user.out[0]).toHaveLength(72);
  });

  it('fractal: a PNG file, and progress meanwhile', async () => {
    const output = join(mkdtempSync(join(tmpdir(), 'rserpool-')), 'set.png');
    const user = use('FractalGeneratorPool', '--output', output, '--width', '80', '--height', '60', '--json');
    expect(await user.exitCode).toBe(0);
    expect(JSON.parse(user.out[0]!)).toMatchObject({ output, width: 80, height: 60, failovers: 0 });
    expect(user.err.filter((line) => line.endsWith('%')).at(-1)).toBe('100 %');
    const { width, height, channels, data } = decode(readFileSync(output));
    expect([width, height, channels]).toEqual([80, 60, 3]);
    const colourAt = (x: number, y: number): readonly number[] => [...data.subarray(3 * (80 * y + x)).subarray(0, 3)];
    // The middle of the set, and a corner that is far from it.
    expect(colourAt(56, 30)).toEqual([0, 0, 0]);
    expect(colourAt(0, 0)).not.toEqual([0, 0, 0]);
  });

  it('fractal: a file that cannot be written is told before anything is drawn', async () => {
    const user = use('FractalGeneratorPool', '--output', '/no/such/place/set.png');
    expect(await user.exitCode).toBe(1);
    expect(user.err.at(-1)).toMatch(/^rserpool: --output: ENOENT.* \(ERR_CLI_FILE\)$/);
  });

  it('counter: counts what is new, and repeats its answer to what is not', async () => {
    const user = use('CounterPool');
    user.stdin.end('{"seq":1}\n{"seq":1}\nhello\n');
    await user.exitCode;
    const counts = user.out.map((line) => JSON.parse(line) as { seq: number; count: number });
    expect(counts.map(({ seq, count }) => [seq, count])).toEqual([
      [1, 1],
      [1, 1],
      [2, 2],
    ]);
  });

  it('resolve: the elements, for people and as JSON', async () => {
    const people = await run('resolve', 'EchoPool', '--registrar', place, '--udp-port', '0');
    expect(people).toMatchObject({ code: 0, err: [] });
    expect(people.out).toEqual([expect.stringMatching(/^pe 0x[0-9a-f]{8} home 0x.* sctp 127\.0\.0\.1 port \d+/)]);
    const machines = await run('resolve', 'EchoPool', '--json', '--registrar', place, '--udp-port', '0');
    const [element] = JSON.parse(machines.out[0]!) as { userTransport: { protocol: string } }[];
    expect(element!.userTransport.protocol).toBe('sctp');
  });

  it('--capture: all packets of a command, readable by decode', async () => {
    const file = join(mkdtempSync(join(tmpdir(), 'rserpool-')), 'resolve.pcapng');
    await run('resolve', 'EchoPool', '--registrar', place, '--udp-port', '0', '--capture', file);
    const packets = [...readCapture(readFileSync(file))];
    const { code, out, err } = await run('decode', file);
    expect({ code, err }).toEqual({ code: 0, err: [] });
    expect(out).toHaveLength(packets.length);
    const text = out.join('\n');
    for (const what of ['INIT tag=', 'COOKIE ACK', '=> ASAP handle-resolution EchoPool', 'SHUTDOWN']) {
      expect(text).toContain(what);
    }
    expect(text).toContain('=> ASAP handle-resolution-response EchoPool round-robin [pe 0x');
  });

  it('pe and pu: options from a configuration file, and reports for `rserpool status`', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'rserpool-'));
    const files = { pe: join(folder, 'pe.yaml'), pu: join(folder, 'pu.json') };
    writeFileSync(
      files.pe,
      `registrars: ["${place}"]\npool: Configured\npolicy: least-used:25%\npeIdentifier: 0xbee\n`,
    );
    writeFileSync(files.pu, JSON.stringify({ registrars: [place], udpPort: 0 }));
    const status = new RunningCommand('status', '--port', '0', '--json');
    const collector = `127.0.0.1:${/UDP port (\d+)/.exec(await status.line(/listening/))![1]!}`;

    const element = new RunningCommand('pe', 'echo', '--config', files.pe, '--udp-port', '0', '--csp', collector);
    expect(await element.line(/^echo in/)).toMatch(/^echo in Configured as 0x00000bee at /);
    const report = JSON.parse(await status.line(/pool-element/)) as object;
    expect(report).toMatchObject({ component: 'pool-element', id: '0x00000bee', status: '0 sessions' });
    const user = new RunningCommand('pu', 'Configured', '--config', files.pu, '--linger', '0.1', '--csp', collector);
    user.stdin.end('found\n');
    expect(await user.exitCode).toBe(0);
    expect(user.out).toEqual(['found']);
    expect(JSON.parse(await status.line(/pool-user/))).toMatchObject({ component: 'pool-user' });
    const resolved = await run('resolve', 'Configured', '--config', files.pu, '--json');
    expect(JSON.parse(resolved.out.join(''))).toMatchObject([{ identifier: 0xbee }]);
    const watching = new RunningCommand('watch', 'Configured', '--config', files.pu);
    expect(await watching.line(/^\+/)).toContain('0x00000bee');
    expect(await watching.interrupt()).toBe(0);
    expect(await element.interrupt()).toBe(0);
    expect(await status.interrupt()).toBe(0);
  });

  it.each([
    [
      'pe echo',
      'policy: fastest',
      /^rserpool: .*x\.yaml:1: policy takes a policy such as weighted-round-robin:10, not "fastest" /,
    ],
    ['pe echo', 'pool: A\nregistrars: ["a b"]', /x\.yaml:2: registrars takes a list of places such as 10\.0\.0\.1/],
    ['pe echo', 'peers: []', /x\.yaml:1: unknown key "peers"; known are registrars, addresses,/],
    [
      'pe echo',
      'udpPort: 0\nregistrars: [127.0.0.1]\nconfig: { nonsense: 1 }',
      /unknown setting "nonsense"; known are /,
    ],
    ['pu Pool', 'pool: A', /x\.yaml:1: unknown key "pool"/],
    ['resolve Pool', 'registrar: here', /x\.yaml:1: unknown key "registrar"; known are registrars,/],
    ['watch Pool', 'udpPort: 70000', /x\.yaml:1: udpPort takes a whole number from 0 to 65535/],
  ])('%s --config: %j is refused in one line, exit code 2', async (command, text, expected) => {
    const file = join(mkdtempSync(join(tmpdir(), 'rserpool-')), 'x.yaml');
    writeFileSync(file, text);
    const { code, out, err } = await run(...command.split(' '), '--config', file);
    expect({ code, out }).toEqual({ code: 2, out: [] });
    expect(err).toEqual([expect.stringMatching(expected)]);
  });

  it('pe and registrar tell what happens, the latter as JSON if asked', async () => {
    await elements[0]!.line(/^session-opened session=\d+ remote=127\.0\.0\.1:\d+;udp=\d+$/);
    await registrar.line(/^registered pool=EchoPool peIdentifier=0x[0-9a-f]{8}/);
    const other = new RunningCommand('registrar', '--json', '--udp-port', '0', '--asap-port', '4000');
    const listening = JSON.parse(await other.line(/"listening"/)) as { asap: { port: number } };
    expect(listening.asap.port).toBe(4000);
    expect(JSON.parse(await other.line(/"serving"/))).toMatchObject({ kind: 'serving' });
    expect(await other.interrupt()).toBe(0);
  });
});
