import { describe, expect, it } from 'vitest';
import { PPID } from '../../../src/rserpool/role.ts';
import { ABC, element, host, peerElement, RegistrarLadder } from '../registrar/registrar-ladder.ts';

/** A registrar with peer 20 on channel 2, which owns element 9. */
function withPeer(): RegistrarLadder {
  const ladder = RegistrarLadder.serving();
  ladder.peer(2, 20);
  ladder.enrp(2, 20, { kind: 'handle-update', action: 'add-pe', poolHandle: ABC, element: peerElement(9, 3, 20) });
  ladder.take();
  return ladder;
}

describe('a peer that the transport doubts', () => {
  it('[ENRP-150] is asked for a PRESENCE and probed, once, and nothing more if it answers', () => {
    const ladder = withPeer();
    ladder.suspect(2);
    ladder.suspect(2);
    expect(ladder.take()).toEqual(['2: presence to 20 reply! ffff']);
    expect(ladder.probes).toEqual([2]);
    expect(ladder.eventsOf('peer-suspected')).toMatchObject([{ registrarId: 20 }]);
    expect(ladder.peers()).toEqual(['20 probing']);
    ladder.probed(2, true);
    ladder.enrp(2, 20, { kind: 'list-request' });
    expect(ladder.peers()).toEqual(['20 active']);
    ladder.probed(2, false);
    expect(ladder.peers()).toEqual(['20 active']);
  });

  it('is dead if it does not answer the probe, long before the answer to the PRESENCE is due', () => {
    const ladder = withPeer();
    ladder.suspect(2);
    ladder.probed(2, false);
    expect(ladder.eventsOf('takeover-started')).toMatchObject([{ targetId: 20 }]);
    expect(ladder.eventsOf('takeover-completed')).toMatchObject([{ targetId: 20 }]);
    expect(ladder.elements()).toEqual(['9@50']);
  });

  it('[ENRP-148] [ENRP-149] is dead if the PRESENCE could not be sent, but not for other messages before', () => {
    const ladder = withPeer();
    const lost = { kind: 'send-failed', channel: 2, ppid: PPID.enrp, bytes: Uint8Array.of(1) } as const;
    ladder.input(lost);
    expect(ladder.peers()).toEqual(['20 active']);
    ladder.suspect(2);
    ladder.input({ ...lost, ppid: PPID.asap });
    expect(ladder.peers()).toEqual(['20 probing']);
    ladder.input(lost);
    expect(ladder.eventsOf('takeover-started')).toMatchObject([{ targetId: 20 }]);
    expect(ladder.elements()).toEqual(['9@50']);
  });

  it('is not meant by doubts about other channels', () => {
    const ladder = withPeer();
    ladder.up(4, host(200, 40_000));
    ladder.asap(4, { kind: 'registration', poolHandle: ABC, element: element(7, 200) });
    ladder.suspect(4);
    ladder.suspect(999);
    expect(ladder.peers()).toEqual(['20 active']);
    ladder.suspect(2);
    ladder.probed(999, false);
    expect(ladder.peers()).toEqual(['20 probing']);
  });
});

describe('a peer whose channel is lost', () => {
  it('[ENRP-151] is called at once, and asked over the new channel', () => {
    const ladder = withPeer();
    ladder.advance(1000);
    ladder.down(2);
    ladder.advance(0);
    expect(ladder.take()).toEqual(['connect 1 192.0.2.20:9901']);
    expect(ladder.peers()).toEqual(['20 probing']);
    ladder.up(1, host(20), 'local');
    expect(ladder.take()).toEqual(['1: presence reply! ffff']);
    ladder.presence(1, 20, 1);
    expect(ladder.peers()).toEqual(['20 active']);
    expect(ladder.eventsOf('takeover-started')).toEqual([]);
  });

  it('while it was doubted already is called after a short pause', () => {
    const ladder = withPeer();
    ladder.advance(1000);
    ladder.suspect(2);
    ladder.down(2);
    ladder.take();
    ladder.advance(500);
    expect(ladder.take()).toEqual(['connect 1 192.0.2.20:9901']);
  });

  it('is dead if it cannot be called either', () => {
    const ladder = withPeer();
    ladder.down(2);
    ladder.advance(0);
    ladder.down(1);
    ladder.advance(0);
    expect(ladder.elements()).toEqual(['9@50']);
  });

  it('is not dead because another one cannot be called', () => {
    const ladder = new RegistrarLadder({}, { peers: [host(30)] });
    ladder.peer(2, 20);
    ladder.suspect(2);
    ladder.down(1);
    expect(ladder.peers()).toEqual(['20 probing']);
  });
});

describe('a peer that lost its state while its channel stays', () => {
  it('is asked who it is, and may have another identifier', () => {
    const ladder = withPeer();
    ladder.input({ kind: 'channel-changed', channel: 2, remote: host(20), restarted: true });
    expect(ladder.take()).toContain('2: presence reply! ffff');
    expect(ladder.role.census().peers).toEqual([]);
    ladder.presence(2, 21);
    expect(ladder.role.census().peers).toEqual([21]);
    expect(ladder.warnings()).toEqual([]);
  });
});
