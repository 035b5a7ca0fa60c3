import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readCapture } from '../../src/sctp/index.ts';
import { RunningCommand, run } from './test-io.ts';

describe('a pool made of commands', () => {
  let registrar: RunningCommand;
  let place: string;
  const elements: RunningCommand[] = [];

  beforeAll(async () => {
    registrar = new RunningCommand('registrar', '--udp-port', '0');
    place = /ASAP at (\S+),/.exec(await registrar.line(/^registrar: ASAP at/))![1]!;
    for (const service of ['echo', 'daytime', 'counter', 'discard']) {
      const element = new RunningCommand('pe', service, '--registrar', place, '--udp-port', '0');
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
