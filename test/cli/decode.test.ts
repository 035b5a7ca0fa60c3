import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { concatBytes, fromHex } from '../../src/base/bytes.ts';
import { type PcapngPacket, pcapngHeader, pcapngPacket } from '../../src/sctp/index.ts';
import { run } from './test-io.ts';

/** COOKIE ACK of the Linux kernel with its checksum, and with another one. */
const COOKIE_ACK = fromHex('0f17d554ae7db7d2c1f328050b000004');
const BROKEN_CHECKSUM = fromHex('0f17d554ae7db7d2c1f328060b000004');
/**
 * DATA with an ASAP_HANDLE_RESOLUTION of rsplib for "EchoPool" (PPID 11), made by hand; its checksum is wrong, so it is
 * told from other datagrams by UDP port 9899 only.
 */
const RESOLUTION = fromHex(`
  c350 0f17 00000001 00000000
  00 03 0028 00000007 0000 0000 0000000b
  05000018 0009000c 4563686f506f6f6c 803f0008 00000001
`);
const ENRP_GARBAGE = fromHex('26ad 26ad 00000001 00000000 00 03 0018 00000007 0000 0000 0000000c 0100ffff 00000000');
const WORDS = new TextEncoder().encode('GET / HTTP/1.1\r\nHost: localhost\r\n');

const WHERE = { timeUs: 1_700_000_000_123_456, from: '127.0.0.1', to: '::1' };

function fileOf(...packets: readonly Pick<PcapngPacket, 'payload' | 'fromUdpPort' | 'toUdpPort'>[]): string {
  const path = join(mkdtempSync(join(tmpdir(), 'rserpool-')), 'capture.pcapng');
  writeFileSync(path, concatBytes([pcapngHeader(), ...packets.map((packet) => pcapngPacket({ ...WHERE, ...packet }))]));
  return path;
}

const on = (fromUdpPort: number, toUdpPort: number, payload: Uint8Array) => ({ fromUdpPort, toUdpPort, payload });

describe('rserpool decode', () => {
  it('prints time, places and chunks; SCTP is found on any UDP port, other datagrams are counted', async () => {
    const { code, out, err } = await run('decode', fileOf(on(1111, 2222, COOKIE_ACK), on(53, 1111, WORDS)));
    expect(out).toEqual([
      '2023-11-14T22:13:20.123456Z 127.0.0.1:1111 > [::1]:2222 3863 > 54612 tag=0xae7db7d2 | COOKIE ACK',
    ]);
    expect(err).toEqual(['other UDP datagrams: 1']);
    expect(code).toBe(0);
  });

  it('tells of bad checksums on port 9899, and takes such packets for something else elsewhere', async () => {
    const { out, err } = await run('decode', fileOf(on(9899, 2222, BROKEN_CHECKSUM), on(1111, 2222, BROKEN_CHECKSUM)));
    expect(out).toEqual([expect.stringMatching(/BAD CHECKSUM \| COOKIE ACK$/)]);
    expect(err).toEqual(['other UDP datagrams: 1']);
  });

  it('decodes ASAP and ENRP by their PPIDs, also what is broken', async () => {
    const { out } = await run('decode', fileOf(on(9899, 1, RESOLUTION), on(1, 9899, ENRP_GARBAGE)));
    expect(out[0]).toMatch(/ppid=11 \(24 bytes\) => ASAP handle-resolution EchoPool at most 1 \(rsplib\)$/);
    expect(out[1]).toMatch(
      /ppid=12 \(8 bytes\) => MALFORMED \(bad-length at byte 2: message claims 65535 of 8 bytes\)$/,
    );
  });

  it('--json: one object a packet', async () => {
    const { out } = await run('decode', '--json', fileOf(on(9899, 1, RESOLUTION)));
    expect(out.map((line) => JSON.parse(line) as unknown)).toEqual([
      {
        timeUs: WHERE.timeUs,
        from: expect.any(String) as string,
        fromUdpPort: 9899,
        to: '::1',
        toUdpPort: 1,
        encapsulation: 'udp',
        packet: expect.stringContaining('DATA BE tsn=7') as string,
        messages: ['ASAP handle-resolution EchoPool at most 1 (rsplib)'],
      },
    ]);
  });

  it('a file that is no capture, and one that breaks off: what stands before is printed', async () => {
    const path = fileOf(on(9899, 1, COOKIE_ACK));
    writeFileSync(path, 'no capture at all');
    const none = await run('decode', path);
    expect(none).toMatchObject({ code: 1, out: [] });
    expect(none.err).toEqual([
      `rserpool: ${path}: bad-value at byte 0: neither pcap nor pcapng: it begins with 0x6e6f2063 (ERR_CLI_FILE)`,
    ]);
    const whole = concatBytes([
      pcapngHeader(),
      pcapngPacket({ ...WHERE, ...on(9899, 1, COOKIE_ACK) }),
      pcapngPacket({ ...WHERE, ...on(9899, 1, COOKIE_ACK) }),
    ]);
    writeFileSync(path, whole.subarray(0, whole.length - 10));
    const cut = await run('decode', path);
    expect(cut.code).toBe(1);
    expect(cut.out).toHaveLength(1);
    expect(cut.err).toEqual([expect.stringMatching(/truncated at byte \d+.*\(ERR_CLI_FILE\)$/)]);
  });
});
