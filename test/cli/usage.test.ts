import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { run } from './test-io.ts';

const MAIN = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url));
const VERSION = (
  JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as { readonly version: string }
).version;

/** Command lines that are wrong, and what the one line about it has to say. */
const WRONG: readonly [args: string, expected: RegExp][] = [
  ['nonsense', /^rserpool: unknown command 'nonsense'/],
  ['regstrar', /Did you mean registrar\?/],
  ['registrar --udp-prt 1', /^rserpool: unknown option '--udp-prt' \(Did you mean --udp-port\?\)$/],
  ['registrar --udp-port 70000', /--udp-port <port>.*70000.*whole number from 0 to 65535/],
  ['registrar --asap-port 0', /--asap-port <port>.*whole number from 1 to 65535/],
  ['registrar --id 0', /--id <number>.*whole number from 1 to 4294967295/],
  ['registrar --address localhost', /--address <ip>.*IP addresses of this host, for example 127\.0\.0\.1/],
  ['registrar --peer 127.0.0.1:99999', /^rserpool: --peer: "127\.0\.0\.1:99999": port "99999".*expected HOST/],
  ['registrar --ttl 256', /--ttl <hops>.*whole number from 0 to 255/],
  ['registrar --tcp yes', /--tcp <port>.*whole number from 0 to 65535/],
  ['registrar --log-level loud', /--log-level <level>.*error, info, debug/],
  ['pe', /missing required argument 'service'/],
  ['pe chess', /'chess' is invalid.*echo, discard, daytime, chargen, pingpong, calcapp, fractal, counter, exec/],
  ['pe echo --policy fastest', /--policy <policy>.*It takes round-robin, weighted-round-robin:WEIGHT, random, /],
  ['pe echo --policy random:3', /--policy <policy>/],
  ['pe echo --policy least-used:110%', /--policy <policy>.*load takes a whole number .* or a percentage such as 10%/],
  ['pe echo --policy weighted-random:10%', /--policy <policy>.*weight takes a whole number from 0 to 4294967295\.$/],
  ['pe echo --fail-after 3', /^rserpool: --fail-after: pe echo has no such option/],
  ['pe exec', /^rserpool: <command>: pe exec takes a program, for example: rserpool pe exec -- bc -l/],
  ['pe echo more', /^rserpool: <command>: pe echo runs no program, but was given "more"/],
  ['pu Pool --service chess', /--service <name>.*terminal, discard, daytime, chargen, pingpong, calcapp, fractal/],
  ['pu Pool --width 5000', /--width <number>.*whole number from 1 to 4096/],
  ['pe echo --registrar 999.1.1.1', /^rserpool: --registrar: "999\.1\.1\.1": .*neither an IP address nor a host name/],
  ['pe echo --registrar 127.0.0.1;udp=0', /^rserpool: --registrar: .*port "0"/],
  ['pe echo --life 0', /--life <seconds>.*whole number from 1/],
  ['pu', /missing required argument 'pool'/],
  ['pu Pool --timeout soon', /--timeout <seconds>.*It takes seconds/],
  ['resolve Pool --registrar 127.0.0.1;tcp=1', /^rserpool: --registrar: .*"tcp=1" is none of tcp, srv, udp=PORT/],
  ['sctp connect 127.0.0.1', /^rserpool: <place>: 127\.0\.0\.1 has no SCTP port; it takes HOST:SCTPPORT;udp=PORT/],
  ['sctp listen --stream -1', /--stream <number>.*whole number from 0 to 65535/],
  ['decode', /missing required argument 'file'/],
  ['demo now', /too many arguments/],
  ['demo-part {}', /started by `rserpool demo` only/],
];

describe('wrong usage', () => {
  it.each(WRONG)('rserpool %s: one line, exit code 2', async (args, expected) => {
    const { code, out, err } = await run(...args.split(' '));
    expect(out).toEqual([]);
    expect(err).toHaveLength(1);
    expect(err[0]).toMatch(/^rserpool: /);
    expect(err[0]).toMatch(expected);
    expect(code).toBe(2);
  });

  it('without a command: help on standard error, exit code 2', async () => {
    const { code, out, err } = await run();
    expect(out).toEqual([]);
    expect(err.join('\n')).toContain('Usage: rserpool');
    expect(code).toBe(2);
  });
});

describe('help', () => {
  it.each([
    ['registrar'],
    ['pe'],
    ['pu'],
    ['resolve'],
    ['decode'],
    ['demo'],
    ['doctor'],
    ['sctp', 'listen'],
    ['sctp', 'connect'],
  ])('of %s %s has examples that begin with the command', async (...command) => {
    const { code, out, err } = await run(...command.filter((word) => word !== undefined), '--help');
    const text = out.join('\n');
    expect(text).toContain(`Usage: rserpool ${command.join(' ')}`);
    expect(text).toMatch(new RegExp(`Examples:\\n {2}\\$ .*rserpool ${command.join(' ')}`));
    expect(err).toEqual([]);
    expect(code).toBe(0);
  });

  it('lists every command but the hidden one', async () => {
    const text = (await run('-h')).out.join('\n');
    for (const command of ['demo', 'registrar', 'pe', 'pu', 'resolve', 'sctp', 'decode', 'doctor']) {
      expect(text).toMatch(new RegExp(`^ {2}${command}\\b`, 'm'));
    }
    expect(text).not.toContain('demo-part');
  });
});

describe('the program itself', () => {
  it('prints its version and ends with 0', async () => {
    expect(await start('-V')).toEqual({ code: 0, out: `${VERSION}\n`, err: '' });
  });

  it('ends with 2 for wrong usage and with 1 for failure', async () => {
    const usage = await start('registrar', '--udp-port', 'many');
    expect(usage.code).toBe(2);
    expect(usage.err).toMatch(/^rserpool: option '--udp-port <port>'.*\n$/);
    const failure = await start('decode', 'no-such-file.pcap');
    expect(failure).toMatchObject({ code: 1, out: '' });
    expect(failure.err).toMatch(/^rserpool: ENOENT: .*no-such-file\.pcap.* \(ERR_CLI_FILE\)\n$/);
  });
});

function start(...args: string[]): Promise<{ code: number; out: string; err: string }> {
  return new Promise((resolve) => {
    execFile(process.execPath, ['--import', 'tsx', MAIN, ...args], (error, out, err) =>
      resolve({ code: typeof error?.code === 'number' ? error.code : 0, out, err }),
    );
  });
}
