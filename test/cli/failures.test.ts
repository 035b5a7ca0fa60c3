import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { Registrar } from '../../src/rserpool/index.ts';
import { run } from './test-io.ts';

/** A UDP port with a program behind it that says nothing. */
async function silentSocket(): Promise<Socket> {
  const socket = createSocket('udp4');
  socket.bind({ address: '127.0.0.1', port: 0, exclusive: true });
  await once(socket, 'listening');
  return socket;
}

describe('what users see when something is wrong with the network', () => {
  it.each(['registrar', 'pe echo', 'pu Pool', 'resolve Pool', 'sctp listen'])(
    '%s: the UDP port is taken',
    async (command) => {
      const socket = await silentSocket();
      const { port } = socket.address();
      const place = /^(registrar|sctp)/.test(command) ? [] : ['--registrar', '127.0.0.1'];
      const { code, err } = await run(...command.split(' '), ...place, '--udp-port', String(port));
      expect(err).toEqual([
        expect.stringMatching(
          new RegExp(`^rserpool: UDP port ${port} on 127\\.0\\.0\\.1 is taken.*port 0.* \\(ERR_SCTP_PORT_TAKEN\\)$`),
        ),
      ]);
      expect(code).toBe(1);
      socket.close();
    },
  );

  it('an address that is not of this host', async () => {
    const { code, err } = await run('registrar', '--address', '203.0.113.77', '--udp-port', '0');
    expect(err).toEqual([
      expect.stringMatching(
        /^rserpool: 203\.0\.113\.77 cannot be bound .*address of this host.* \(ERR_SCTP_BAD_ADDRESS\)$/,
      ),
    ]);
    expect(code).toBe(1);
  });

  it.each(['resolve', 'pu'])('%s: a registrar that does not answer', async (command) => {
    const socket = await silentSocket();
    const place = `127.0.0.1:3863;udp=${socket.address().port}`;
    const { code, err } = await run(command, 'Pool', '--registrar', place, '--udp-port', '0', '--timeout', '0.3');
    expect(err).toEqual([`rserpool: no registrar answered: asked ${place}, within 0.3 s (ERR_CLI_TIMEOUT)`]);
    expect(code).toBe(1);
    socket.close();
  });

  it.each(['resolve', 'pu'])('%s: a pool that does not exist', async (command) => {
    await using registrar = await Registrar.start({ udpPort: 0 });
    await registrar.whenServing();
    const place = `127.0.0.1:3863;udp=${registrar.asap.udpPort}`;
    const { code, err } = await run(command, 'Nowhere', '--registrar', place, '--udp-port', '0');
    expect(err).toEqual([
      expect.stringMatching(/^rserpool: pool Nowhere: .*no such pool.* \(ERR_RSERPOOL_UNKNOWN_POOL\)$/),
    ]);
    expect(code).toBe(1);
  });

  it('sctp connect: nobody listens there, or nobody is there', async () => {
    const socket = await silentSocket();
    const place = `127.0.0.1:5000;udp=${socket.address().port}`;
    const { code, err } = await run('sctp', 'connect', place, '--timeout', '0.3');
    expect(err).toEqual([`rserpool: ${place} did not answer within 0.3 s (ERR_CLI_TIMEOUT)`]);
    expect(code).toBe(1);
    socket.close();
  });

  it('a capture file that cannot be written', async () => {
    const path = join(mkdtempSync(join(tmpdir(), 'rserpool-')), 'missing', 'x.pcapng');
    const { code, err } = await run('registrar', '--capture', path, '--udp-port', '0');
    expect(err).toEqual([expect.stringMatching(/^rserpool: --capture: ENOENT.* \(ERR_CLI_FILE\)$/)]);
    expect(code).toBe(1);
  });

  it('--log-level debug adds the stack, and nothing else does', async () => {
    const { err } = await run('registrar', '--address', '203.0.113.77', '--log-level', 'debug');
    expect(err[0]).toMatch(/ERR_SCTP_BAD_ADDRESS\)$/);
    expect(err.slice(1).join('\n')).toMatch(/SctpError: .*\n\s+at /);
  });
});
