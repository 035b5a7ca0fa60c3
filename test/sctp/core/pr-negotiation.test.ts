import { describe, expect, it } from 'vitest';
import type { Parameter } from '../../../src/sctp/wire/parameter.ts';
import { ScriptedPeer } from '../../harness/scripted-peer.ts';
import { PR_PARAMETERS } from './pr-peer.ts';

const SUPPORTED: Parameter = { kind: 'forward-tsn-supported' };
/** Unrecognized Parameter, or the cause of an ERROR: our Forward-TSN-Supported. */
const QUOTED = new Uint8Array([0xc0, 0, 0, 4]);
const off = { partialReliability: false };

const isSupported = (peer: ScriptedPeer): boolean | undefined => peer.status?.extensions.partialReliability;
const kinds = (parameters: readonly Parameter[]): string[] => parameters.map(({ kind }) => kind);

/** A message that would be given up at its first loss is sent again. */
function expectReliable(peer: ScriptedPeer): void {
  peer.heard();
  peer.node.send(peer.id, 'm', { maxRetransmissions: 0 });
  expect(peer.heardAfter(1000)).toEqual(['DATA 0 BE', 'DATA 0 BE']);
}

describe('negotiation of partial reliability (RFC 3758 §3.3)', () => {
  it('[PR-0007, PR-0002, PRP-0017] INIT announces it, unless it is switched off', () => {
    for (const [config, expected] of [
      [{}, true],
      [off, false],
    ] as const) {
      const peer = new ScriptedPeer({ config });
      peer.associate();
      expect(kinds(peer.lastHeard('init').parameters).includes('forward-tsn-supported')).toBe(expected);
    }
  });

  it('[PR-0010, PR-0012] INIT ACK announces it, whether or not the INIT did', () => {
    for (const parameters of [PR_PARAMETERS, []]) {
      const ack = new ScriptedPeer().askForInitAck({ parameters });
      expect(kinds(ack.parameters)).toContain('forward-tsn-supported');
    }
  });

  it('[PR-0009] whoever does not offer it reports the parameter as unrecognized', () => {
    const ack = new ScriptedPeer({ config: off }).askForInitAck({ parameters: PR_PARAMETERS });
    expect(ack.parameters).toContainEqual({ kind: 'unrecognized-parameter', parameter: QUOTED });
    const peer = new ScriptedPeer({ config: off });
    peer.associate();
    const answer = peer.initAck();
    peer.send({ ...answer, parameters: [...answer.parameters, SUPPORTED] });
    expect(peer.heard().at(-1)).toBe('COOKIE-ECHO + ERROR unrecognized-parameters');
  });

  it('[PR-0064, PR-0015] both sides learn from status and COMMUNICATION UP whether it can be used', () => {
    const remote = new ScriptedPeer().establish({ parameters: PR_PARAMETERS });
    const local = new ScriptedPeer();
    local.associate();
    const answer = local.initAck();
    local.send({ ...answer, parameters: [...answer.parameters, ...PR_PARAMETERS] });
    local.send({ kind: 'cookie-ack' });
    for (const peer of [remote, local]) {
      expect(isSupported(peer)).toBe(true);
      expect(peer.node.eventsOf('up')).toMatchObject([{ extensions: { partialReliability: true } }]);
    }
    for (const peer of [new ScriptedPeer().establish(), new ScriptedPeer().connect()]) {
      expect(isSupported(peer)).toBe(false);
      expect(peer.node.eventsOf('up')).toMatchObject([{ extensions: { partialReliability: false } }]);
    }
  });

  it('[PR-0016, PR-0017, PR-0018] an INIT ACK that calls it unrecognized: the association goes on without', () => {
    const peer = new ScriptedPeer();
    peer.associate();
    const answer = peer.initAck();
    const refusal: Parameter = { kind: 'unrecognized-parameter', parameter: QUOTED };
    peer.send({ ...answer, parameters: [...answer.parameters, ...PR_PARAMETERS, refusal] });
    peer.send({ kind: 'cookie-ack' });
    expect(isSupported(peer)).toBe(false);
    expectReliable(peer);
  });

  it('[PR-0016, PR-0018] an ERROR with COOKIE ECHO that does: likewise', () => {
    const peer = new ScriptedPeer();
    const ack = peer.askForInitAck({ parameters: PR_PARAMETERS });
    peer.echo(ack, { kind: 'error', causes: [{ kind: 'unrecognized-parameters', parameters: QUOTED }] });
    peer.id = 1;
    expect(isSupported(peer)).toBe(false);
    expect(peer.node.eventsOf('peer-error').length).toBe(1);
    expectReliable(peer);
  });

  it('such an ERROR comes too late once something was given up: the peer has to be told', () => {
    const peer = new ScriptedPeer().establish({ parameters: PR_PARAMETERS });
    peer.node.send(peer.id, 'm', { maxRetransmissions: 0 });
    expect(peer.heardAfter(1000)).toEqual(['DATA 0 BE', 'FORWARD-TSN 0 0:0']);
    peer.send({ kind: 'error', causes: [{ kind: 'unrecognized-parameters', parameters: QUOTED }] });
    expect([isSupported(peer), peer.heardAfter(2000)]).toEqual([true, ['FORWARD-TSN 0 0:0']]);
  });
});
