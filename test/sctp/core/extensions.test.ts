import { describe, expect, it } from 'vitest';
import {
  type Extensions,
  extensionParameters,
  NO_EXTENSIONS,
  negotiatedExtensions,
} from '../../../src/sctp/core/extensions.ts';

const ALL: Extensions = { partialReliability: true, interleaving: true, streamReconfiguration: true };
const only = (name: keyof Extensions): Extensions => ({ ...NO_EXTENSIONS, [name]: true });

describe('what INIT and INIT ACK say of extensions', () => {
  it('nothing without any', () => {
    expect(extensionParameters(NO_EXTENSIONS)).toEqual([]);
  });

  it('[PR-0001] partial reliability: FORWARD TSN is listed, and Forward-TSN-Supported is there', () => {
    expect(extensionParameters(only('partialReliability'))).toEqual([
      { kind: 'supported-extensions', chunkTypes: [192] },
      { kind: 'forward-tsn-supported' },
    ]);
  });

  it('[IDATA-0021] interleaving: I-DATA is listed', () => {
    expect(extensionParameters(only('interleaving'))).toEqual([{ kind: 'supported-extensions', chunkTypes: [64] }]);
  });

  it('[RECONF-0020] stream reconfiguration: RE-CONFIG is listed', () => {
    const parameters = extensionParameters(only('streamReconfiguration'));
    expect(parameters).toEqual([{ kind: 'supported-extensions', chunkTypes: [130] }]);
  });

  it('[IDATA-0044] all of them in one list: I-FORWARD-TSN as well', () => {
    expect(extensionParameters(ALL)).toEqual([
      { kind: 'supported-extensions', chunkTypes: [192, 64, 194, 130] },
      { kind: 'forward-tsn-supported' },
    ]);
  });
});

describe('what both sides support', () => {
  it('is nothing if the peer says nothing, and nothing if we offer nothing', () => {
    expect(negotiatedExtensions(ALL, { chunkTypes: [], forwardTsn: false })).toEqual(NO_EXTENSIONS);
    const offer = { chunkTypes: [192, 64, 194, 130], forwardTsn: true };
    expect(negotiatedExtensions(NO_EXTENSIONS, offer)).toEqual(NO_EXTENSIONS);
    expect(negotiatedExtensions(ALL, offer)).toEqual(ALL);
  });

  it('[PR-0013] a listed chunk type alone is no Forward-TSN-Supported', () => {
    const offered = only('partialReliability');
    expect(negotiatedExtensions(offered, { chunkTypes: [192], forwardTsn: false })).toEqual(NO_EXTENSIONS);
    expect(negotiatedExtensions(offered, { chunkTypes: [], forwardTsn: true })).toEqual(offered);
  });

  it('[IDATA-0044] with interleaving, partial reliability needs I-FORWARD-TSN of both sides', () => {
    const extensions = negotiatedExtensions(ALL, { chunkTypes: [192, 64, 130], forwardTsn: true });
    expect(extensions).toEqual({ partialReliability: false, interleaving: true, streamReconfiguration: true });
    expect(negotiatedExtensions(ALL, { chunkTypes: [192, 194], forwardTsn: true })).toEqual(only('partialReliability'));
  });
});
