import { describe, expect, it } from 'vitest';
import type { Parameter } from '../../../src/sctp/wire/parameter.ts';
import { cookieOf, ScriptedPeer } from '../../harness/scripted-peer.ts';

const pad = (paddingBytes: number): { readonly kind: 'pad'; readonly paddingBytes: number } => ({
  kind: 'pad',
  paddingBytes,
});
const padding = (paddingBytes: number): Parameter => ({ kind: 'padding', paddingBytes });

describe('padding (RFC 4820)', () => {
  it('[PAD-0005] [PAD-0006] PAD chunks are discarded, any number of them, and what is behind counts', () => {
    const peer = new ScriptedPeer().establish();
    const value = new Uint8Array([0, 1, 0, 4]);
    peer.send(pad(100), pad(0), { kind: 'heartbeat', value }, pad(7), peer.data(0));
    expect(peer.heard()).toEqual(['HEARTBEAT-ACK + SACK 0']);
    expect(peer.node.texts()).toEqual(['m0']);
  });

  it('[PLPMTU-0022] padding is told from data: none of it is delivered', () => {
    const peer = new ScriptedPeer().establish();
    peer.send(pad(1000));
    expect(peer.heard()).toEqual([]);
    expect(peer.node.messages).toEqual([]);
  });

  it('[PAD-0010] [PAD-0012] [PAD-0013] [PAD-0014] Padding parameters of an INIT change nothing in its INIT ACK', () => {
    const plain = new ScriptedPeer();
    const padded = new ScriptedPeer();
    const without = plain.askForInitAck();
    const types: Parameter = { kind: 'supported-address-types', types: [5] };
    const having = padded.askForInitAck({ parameters: [padding(1), padding(1000), types, padding(3)] });
    expect(having.parameters.map(({ kind }) => kind)).toEqual(without.parameters.map(({ kind }) => kind));
    expect(padded.last.bytes.length).toBe(plain.last.bytes.length);
    expect(cookieOf(having).length).toBe(cookieOf(without).length);
    padded.echo(having);
    expect(padded.heard().at(-1)).toBe('COOKIE-ACK');
  });

  it('[PAD-0011] no INIT ACK and no cookie of ours carries the parameter, asked for or not', () => {
    const peer = new ScriptedPeer();
    const ack = peer.askForInitAck({ parameters: [padding(8)] });
    expect(ack.parameters.filter(({ kind }) => kind === 'padding' || kind === 'unrecognized-parameter')).toEqual([]);
  });
});
