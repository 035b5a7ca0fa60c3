import { describe, expect, it } from 'vitest';
import { fromHex, toHex } from '../../../../src/base/bytes.ts';
import { chunkSize, encodeChunk } from '../../../../src/sctp/wire/chunk.ts';
import { CHUNK_TYPE, unknownChunkAction } from '../../../../src/sctp/wire/chunk-type.ts';
import { encodePacket } from '../../../../src/sctp/wire/packet.ts';
import { decodeOne } from '../decode-one.ts';

describe('PAD (RFC 4820 §3)', () => {
  it('[PAD-0001] [PAD-0002] [PLPMTU-0092] type 0x84, flags 0, length with header, zeros', () => {
    expect(toHex(encodeChunk({ kind: 'pad', paddingBytes: 5 }))).toBe(toHex(fromHex('84000009 0000000000 000000')));
    expect(toHex(encodeChunk({ kind: 'pad', paddingBytes: 0 }))).toBe('84000004');
  });

  it('[PAD-0003] [PAD-0001] flags and padding data are ignored', () => {
    expect(decodeOne('84ff0009 0102030405 060708')).toEqual({ kind: 'pad', paddingBytes: 5 });
  });

  it('[PAD-0004] enlarges a packet by 4 to 65536 bytes, in steps of 4', () => {
    const sizes = [0, 1, 4, 65_527, 65_531].map((paddingBytes) => chunkSize({ kind: 'pad', paddingBytes }));
    expect(sizes).toEqual([4, 8, 8, 65_532, 65_536]);
    const header = { sourcePort: 1, destinationPort: 2, verificationTag: 3 };
    expect(encodePacket(header, [{ kind: 'pad', paddingBytes: 65_531 }]).length).toBe(12 + 65_536);
  });

  it('[PAD-0007] a stack that does not know it skips it without a report: its high bits are 10', () => {
    expect(unknownChunkAction(CHUNK_TYPE.pad)).toEqual({ stop: false, report: false });
  });
});
