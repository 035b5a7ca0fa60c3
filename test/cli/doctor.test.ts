import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { describe, expect, it } from 'vitest';
import type { Finding } from '../../src/cli/doctor/finding.ts';
import { multicastFinding } from '../../src/cli/doctor/multicast.ts';
import { checksumFinding, nodeFinding } from '../../src/cli/doctor/runtime.ts';
import { accelerationFinding, ipv6Finding, portFinding, receiveBufferFinding } from '../../src/cli/doctor/sockets.ts';
import { nodeSubstrate, SctpError, UdpEncapsulation } from '../../src/sctp/index.ts';
import { RunningCommand } from './test-io.ts';

describe('rserpool doctor', () => {
  it('tells of each thing on a line of its own', async () => {
    const doctor = new RunningCommand('doctor');
    expect(await doctor.exitCode).toBe(0);
    const text = doctor.out.join('\n');
    for (const name of [
      'Node.js',
      'system',
      'checksum',
      'UDP port 9899',
      'receive buffer',
      'acceleration',
      'IPv6',
      'multicast',
    ]) {
      expect(text).toMatch(new RegExp(`^(ok|note) +${name}  `, 'm'));
    }
  });

  it('--json: says of the sockets what they say themselves', async () => {
    const doctor = new RunningCommand('doctor', '--json');
    expect(await doctor.exitCode).toBe(0);
    const { ok, findings } = JSON.parse(doctor.out.join('')) as { ok: boolean; findings: Finding[] };
    expect(ok).toBe(true);
    await using socket = await UdpEncapsulation.open({
      addresses: ['127.0.0.1'],
      udpPort: 0,
      substrate: nodeSubstrate,
    });
    const found = (name: string) => findings.find((finding) => finding.name === name);
    expect(found('acceleration')).toEqual(accelerationFinding(socket.acceleration, process.platform));
    expect(found('receive buffer')).toEqual(receiveBufferFinding(socket.receiveBufferBytes, process.platform));
  });

  it('sees that the UDP port is taken', async () => {
    const other = createSocket('udp4').bind(9899, '0.0.0.0');
    // Somebody else may have it, which is as good.
    await Promise.race([once(other, 'listening'), once(other, 'error')]);
    const doctor = new RunningCommand('doctor');
    expect(await doctor.exitCode).toBe(0);
    expect(doctor.out.join('\n')).toMatch(/^note +UDP port 9899 +taken by another program$/m);
    other.close();
  });
});

describe('what doctor makes of', () => {
  it.each([
    ['20.19.0', 'ok'],
    ['24.0.1', 'ok'],
    ['20.18.3', 'bad'],
    ['18.20.0', 'bad'],
  ])('Node.js %s', (version, state) => expect(nodeFinding(version, '20.19').state).toBe(state));

  it('a checksum without WebAssembly', () => {
    expect(checksumFinding('WebAssembly').state).toBe('ok');
    expect(checksumFinding('JavaScript')).toMatchObject({
      state: 'note',
      advice: expect.stringContaining('--jitless'),
    });
  });

  it('a receive buffer that the system keeps small', () => {
    expect(receiveBufferFinding(4 << 20, 'linux')).toEqual({ name: 'receive buffer', state: 'ok', found: '4 MiB' });
    expect(receiveBufferFinding(212_992, 'linux')).toMatchObject({
      state: 'note',
      found: expect.stringMatching(/^208 KiB instead of 4 MiB/),
      advice: 'as root: sysctl -w net.core.rmem_max=4194304',
    });
    expect(receiveBufferFinding(212_992, 'darwin').advice).toContain('kern.ipc.maxsockbuf');
    expect(receiveBufferFinding(undefined, 'win32').advice).toBeUndefined();
  });

  it('acceleration that is off, where it could be on and where there is none', () => {
    const off = (reason: string) => ({ sending: false, receiving: false, reason });
    const noKoffi = 'the optional package koffi is not installed; Node 20.20.2 has no node:ffi';
    expect(accelerationFinding(off(noKoffi), 'linux')).toEqual({
      name: 'acceleration',
      state: 'note',
      found: `off: ${noKoffi}`,
      advice: 'npm install koffi',
    });
    expect(accelerationFinding({ sending: true, receiving: false, reason: 'no GRO' }, 'linux')).toMatchObject({
      state: 'note',
      found: 'sending only: no GRO',
    });
    expect(accelerationFinding(off('win32 does not'), 'win32').state).toBe('ok');
  });

  it('ports, IPv6 and interfaces that are not there', () => {
    const taken = new SctpError('ERR_SCTP_PORT_TAKEN', 'taken', {});
    expect(portFinding(taken)).toMatchObject({ state: 'note', found: 'taken by another program' });
    expect(portFinding(new Error('no such luck')).found).toBe('no such luck');
    expect(ipv6Finding(taken).state).toBe('note');
    expect(multicastFinding([{ name: 'lo', addresses: ['127.0.0.1', '::1'] }], []).state).toBe('note');
    expect(multicastFinding([{ name: 'eth0', addresses: ['fe80::1%eth0'] }], [])).toMatchObject({
      state: 'ok',
      found: 'on eth0',
    });
    expect(multicastFinding([{ name: 'eth0', addresses: ['10.0.0.1'] }], ['addMembership ENODEV']).state).toBe('note');
  });
});
