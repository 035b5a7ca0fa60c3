import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import type { Summary } from '../../src/cli/demo/summary.ts';
import { run } from './test-io.ts';

const MAIN = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url));
const LIMIT_MS = 90_000;

function startDemo(...args: readonly string[]): { demo: ChildProcess; ended: Promise<number | null> } {
  const demo = spawn(process.execPath, ['--import', 'tsx', MAIN, 'demo', ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  return { demo, ended: new Promise((resolve) => demo.on('close', resolve)) };
}

function textOf(stream: NodeJS.ReadableStream | null, onText: (all: string) => void = () => undefined): () => string {
  let text = '';
  stream?.setEncoding('utf8').on('data', (part: string) => {
    text += part;
    onText(text);
  });
  return () => text;
}

describe('rserpool demo', () => {
  it(
    'survives the death of an element and of a registrar without losing a request',
    async () => {
      const capture = join(mkdtempSync(join(tmpdir(), 'rserpool-')), 'demo.pcapng');
      const { demo, ended } = startDemo('--json', '--capture', capture);
      const [out, err] = [textOf(demo.stdout), textOf(demo.stderr)];
      const code = await ended;
      expect(code, err()).toBe(0);
      const summary = JSON.parse(out()) as Summary;
      expect([summary.ok, summary.secured]).toEqual([true, false]);
      expect(readFileSync(capture, 'latin1')).toContain('DemoCounterPool');
      expect(summary.requests).toMatchObject({ lost: 0, wrong: 0 });
      expect(summary.requests.sent).toBeGreaterThan(100);
      expect(summary.killed).toEqual([expect.stringMatching(/^element-/), expect.stringMatching(/^registrar-/)]);
      expect(summary.restarted).toEqual(summary.killed);
      for (const ms of [summary.failoverMs, summary.takeoverMs, summary.newHomeMs]) expect(ms).toBeGreaterThan(0);
      const [element, registrar] = summary.killed;
      expect(summary.steps.map(({ name }) => name)).toEqual([
        'all registrars serve and know each other',
        'all elements are in every handlespace',
        'the user gets answers',
        'the service works',
        `the session goes on without ${element}`,
        `the registrars have removed ${element}`,
        `${element} is registered again and in every handlespace`,
        'the service works with all elements again',
        expect.stringMatching(/is taken over|there is a new home/),
        expect.stringMatching(/is taken over|there is a new home/),
        'the other registrars have the whole handlespace',
        `the service works without ${registrar}`,
        `${registrar} serves the whole handlespace again`,
        'the service works with all registrars again',
        'all processes left in good order',
      ]);
      const decoded = await run('decode', capture);
      expect(decoded.err).toEqual([]);
      expect(decoded.out).toHaveLength(summary.capture!.packets);
      const text = decoded.out.join('\n');
      expect(text).not.toMatch(/MALFORMED|BAD CHECKSUM/);
      for (const message of [
        'ASAP cookie-echo',
        'ASAP endpoint-unreachable',
        'ENRP init-takeover',
        'ENRP takeover-server',
      ]) {
        expect(text).toContain(`=> ${message} `);
      }
      const times = decoded.out.map((line) => line.split(' ')[0]!);
      expect(times).toEqual([...times].sort());
    },
    LIMIT_MS,
  );

  it(
    'runs all of it over TLS if it is to: who reads every packet finds neither the pool nor what is asked',
    async () => {
      const capture = join(mkdtempSync(join(tmpdir(), 'rserpool-')), 'secure.pcapng');
      const { demo, ended } = startDemo('--secure', '--json', '--capture', capture);
      const [out, err] = [textOf(demo.stdout), textOf(demo.stderr)];
      expect(await ended, err()).toBe(0);
      const summary = JSON.parse(out()) as Summary;
      expect(summary).toMatchObject({ ok: true, secured: true, requests: { lost: 0, wrong: 0 } });
      expect(summary.killed).toEqual([expect.stringMatching(/^element-/), expect.stringMatching(/^registrar-/)]);
      const bytes = readFileSync(capture, 'latin1');
      expect(bytes.length).toBeGreaterThan(100_000);
      for (const secret of ['DemoCounterPool', '"seq":', '"count":']) expect(bytes).not.toContain(secret);
      const { out: decoded } = await run('decode', capture);
      expect(decoded.filter((line) => / (3863|9901) > | (ASAP|ENRP|MALFORMED) /.test(line))).toEqual([]);
      expect(decoded.filter((line) => line.includes('=> TLS application data')).length).toBeGreaterThan(500);
      // Keys and certificates are gone.
      const directory = /keys and certificates are in (\S+):/.exec(err())![1]!;
      expect(existsSync(directory)).toBe(false);
    },
    LIMIT_MS,
  );

  it(
    'leaves nothing behind when it is interrupted',
    async () => {
      const { demo, ended } = startDemo();
      const processes: number[] = [];
      const out = textOf(demo.stdout, (all) => {
        if (processes.length > 0) return;
        processes.push(...[...all.matchAll(/starts as process (\d+)/g)].map((match) => Number(match[1])));
        if (processes.length > 0) demo.kill('SIGINT');
      });
      const err = textOf(demo.stderr);
      expect(await ended).toBe(1);
      expect(err()).toContain('rserpool: interrupted before the end (ERR_CLI_INTERRUPTED)');
      expect(out()).toMatch(/result +failed: interrupted/);
      for (const processId of processes) expect(() => process.kill(processId, 0)).toThrow('ESRCH');
    },
    LIMIT_MS,
  );
});
