import { describe, expect, it } from 'vitest';
import { RunningCommand } from './test-io.ts';

async function listen(...args: readonly string[]): Promise<{ server: RunningCommand; place: string }> {
  const server = new RunningCommand('sctp', 'listen', '--udp-port', '0', ...args);
  const place = /^listening at (\S+)$/.exec(await server.line(/^listening at/))![1]!;
  return { server, place };
}

describe('rserpool sctp', () => {
  it('connect and listen: lines go both ways; the end of the input is the end of both', async () => {
    const { server, place } = await listen('--sctp-port', '5000');
    expect(place).toMatch(/^127\.0\.0\.1:5000;udp=\d+$/);
    const client = new RunningCommand('sctp', 'connect', place, '--stream', '3', '--ppid', '46', '--linger', '0.2');
    client.stdin.write('from the client\n');
    await server.line(/^from the client$/);
    server.stdin.write('from the server\n');
    await client.line(/^from the server$/);
    client.stdin.end();
    expect(await client.exitCode).toBe(0);
    expect(await server.exitCode).toBe(0);
  });

  it('listen --keep-open: goes on with the next peer, until Ctrl-C', async () => {
    const { server, place } = await listen('-k', '--json');
    for (const text of ['first', 'second']) {
      const client = new RunningCommand('sctp', 'connect', place, '--stream', '2', '--ppid', '7', '--linger', '0.1');
      client.stdin.end(`${text}\n`);
      expect(await client.exitCode).toBe(0);
    }
    expect(server.out.map((line) => JSON.parse(line) as unknown)).toEqual([
      { text: 'first', stream: 2, ppid: 7 },
      { text: 'second', stream: 2, ppid: 7 },
    ]);
    expect(await server.interrupt()).toBe(0);
  });

  it('connect: Ctrl-C is a graceful end', async () => {
    const { server, place } = await listen();
    const client = new RunningCommand('sctp', 'connect', place);
    await client.line(/^connected to/);
    expect(await client.interrupt()).toBe(0);
    expect(await server.exitCode).toBe(0);
  });
});
