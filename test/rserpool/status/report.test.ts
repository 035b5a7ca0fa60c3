import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { WireError } from '../../../src/base/errors.ts';
import { componentId, componentOf, describeComponent } from '../../../src/rserpool/status/component.ts';
import {
  type ComponentReport,
  decodeReport,
  encodeReport,
  MAX_REPORTED_ASSOCIATIONS,
} from '../../../src/rserpool/status/report.ts';

const REPORT: ComponentReport = {
  senderId: componentId('registrar', 0x10000),
  final: false,
  uptimeMs: 1234.567,
  intervalMs: 333,
  location: 'host: 10.1.1.1:3863',
  status: '3[2] PEs in 1 Pool(s), 1 Peer(s)',
  workload: undefined,
  associations: [{ receiverId: componentId('registrar', 0xa1), durationMs: 5000, protocol: 132, ppid: 12 }],
};

const hexAt = (bytes: Uint8Array, from: number, to: number) => Buffer.from(bytes.subarray(from, to)).toString('hex');

describe('a CSP report', () => {
  it('has every field in its place', () => {
    const bytes = encodeReport(REPORT);
    expect(bytes).toHaveLength(288 + 24);
    expect(hexAt(bytes, 0, 28)).toBe(`01000138${'00000200'}${'0100000000010000'}${'000000000012d687'}${'000514c8'}`);
    expect(Buffer.from(bytes.subarray(28, 48)).toString()).toBe('host: 10.1.1.1:3863\0');
    expect(Buffer.from(bytes.subarray(156, 160)).toString()).toBe('3[2]');
    expect(hexAt(bytes, 284, 312)).toBe(
      'ffff0001' + '01000000000000a1' + '00000000004c4b40' + '0000' + '0084' + '0000000c',
    );
  });

  it('names nodes as the configuration of a scope viewer does', () => {
    expect(componentId('registrar', 0x10000)).toBe(0x100000000010000n);
    expect(componentId('pool-element', 0x100)).toBe(0x200000000000100n);
    expect(componentOf(componentId('pool-user', 7))).toEqual({ kind: 'pool-user', object: 7n });
    expect(describeComponent(componentId('pool-element', 0x100))).toBe('pool-element 0x00000100');
    expect(describeComponent(9n << 56n)).toBe('component of group 9 0x00000000');
  });

  it('reads what a pool element of rsplib says', () => {
    const text = (ascii: string) => Buffer.from(ascii.padEnd(128, '\0'));
    const bytes = Buffer.concat([
      Buffer.from('01000138000002000200000025f86794000000000007a7920007a120', 'hex'),
      text('g3: 10.99.1.3:58277, 10.99.2.3'),
      text('0 Sessions'),
      Buffer.from('ffff0001010000000000000000000000' + '0007a440000000840000000b', 'hex'),
    ]);
    const report: ComponentReport = {
      senderId: componentId('pool-element', 0x25f86794),
      final: false,
      uptimeMs: 501.65,
      intervalMs: 500,
      location: 'g3: 10.99.1.3:58277, 10.99.2.3',
      status: '0 Sessions',
      workload: undefined,
      associations: [{ receiverId: componentId('registrar', 0), durationMs: 500.8, protocol: 132, ppid: 11 }],
    };
    expect(decodeReport(bytes)).toEqual(report);
    expect(Buffer.from(encodeReport(report)).toString('hex')).toBe(bytes.toString('hex'));
  });

  it('comes back as it was', () => {
    const report = fc.record({
      senderId: fc.bigInt({ min: 0n, max: (1n << 64n) - 1n }),
      final: fc.boolean(),
      uptimeMs: fc.nat().map((us) => us / 1000),
      intervalMs: fc.nat().map((us) => us / 1000),
      location: fc.string({ maxLength: 100 }).filter((text) => !text.includes('\0')),
      status: fc.string({ maxLength: 100 }).filter((text) => !text.includes('\0')),
      workload: fc.option(
        fc.nat(0xfffe).map((part) => part / 0xfffe),
        { nil: undefined },
      ),
      associations: fc.array(
        fc.record({
          receiverId: fc.bigInt({ min: 0n, max: (1n << 64n) - 1n }),
          durationMs: fc.option(
            fc.nat().map((us) => us / 1000),
            { nil: undefined },
          ),
          protocol: fc.nat(0xffff),
          ppid: fc.integer({ min: 0, max: 0xffffffff }),
        }),
        { maxLength: 5 },
      ),
    });
    fc.assert(
      fc.property(report, (each) => {
        expect(decodeReport(encodeReport(each))).toEqual(each);
      }),
    );
  });

  it('cuts texts and lists to what fits', () => {
    const status = `${'é'.repeat(100)}`;
    const association = REPORT.associations[0]!;
    const bytes = encodeReport({ ...REPORT, status, associations: Array(5000).fill(association) });
    expect(bytes.length).toBeLessThanOrEqual(65_507);
    const read = decodeReport(bytes);
    expect(read.status).toBe('é'.repeat(63));
    expect(read.associations).toHaveLength(MAX_REPORTED_ASSOCIATIONS);
  });

  it('is refused if it is broken, and never by anything but a WireError', () => {
    const good = encodeReport(REPORT);
    for (const [at, value] of [
      [0, 2],
      [2, 0],
      [6, 1],
      [287, 2],
    ] as const) {
      const bad = good.slice();
      bad[at] = value;
      expect(() => decodeReport(bad), `byte ${at}`).toThrow(WireError);
    }
    expect(() => decodeReport(good.subarray(0, 311))).toThrow(WireError);
    expect(decodeReport(new Uint8Array([...good, 0, 0]))).toEqual(decodeReport(good));
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), (bytes) => {
        try {
          decodeReport(bytes);
        } catch (error) {
          if (!(error instanceof WireError)) throw error;
        }
      }),
    );
  });
});
