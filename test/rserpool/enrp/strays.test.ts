import { describe, expect, it } from 'vitest';
import { ABC, host, peerElement, RegistrarLadder } from '../registrar/registrar-ladder.ts';

/** Serves with peer 20 as its mentor, whose table has element 7 of a registrar 30 that nobody knows. */
function withStray(): RegistrarLadder {
  const ladder = new RegistrarLadder({}, { peers: [host(20)] });
  ladder.up(1, host(20), 'local');
  ladder.presence(1, 20);
  ladder.enrp(1, 20, { kind: 'list-response', rejected: false, registrars: [] });
  const pools = [{ poolHandle: ABC, elements: [peerElement(7, 1, 30)] }];
  ladder.enrp(1, 20, { kind: 'handle-table-response', rejected: false, more: false, pools });
  expect(ladder.elements()).toEqual(['7@30']);
  return ladder;
}

/** Time goes by, and peer 20 lives. */
function run(ladder: RegistrarLadder, seconds: number): void {
  for (let i = 0; i < seconds; i += 10) {
    ladder.advance(10_000);
    ladder.presence(1, 20);
  }
}

describe('elements whose home nobody knows', () => {
  it('are taken over as those of a peer that has been silent for as long', () => {
    const ladder = withStray();
    run(ladder, 60);
    expect(ladder.eventsOf('takeover-started')).toEqual([]);
    run(ladder, 70);
    expect(ladder.eventsOf('takeover-started')).toMatchObject([{ targetId: 30 }]);
    ladder.enrp(1, 20, { kind: 'init-takeover-ack', targetId: 30 });
    expect(ladder.elements()).toEqual(['7@50']);
  });

  it('are never those of the registrar itself', () => {
    const ladder = RegistrarLadder.serving({ keepAlivePeriodMs: 0 });
    ladder.registered(2, 7, 1, { registrationLifeS: -1 });
    ladder.advance(200_000);
    expect(ladder.peers()).toEqual([]);
    expect(ladder.elements()).toEqual(['7@50']);
  });

  it('wait for their home anew when that was met, and is gone, and when they come again', () => {
    const ladder = withStray();
    run(ladder, 60);
    ladder.enrp(1, 20, { kind: 'handle-update', action: 'del-pe', poolHandle: ABC, element: peerElement(7, 1, 30) });
    run(ladder, 40);
    ladder.enrp(1, 20, { kind: 'handle-update', action: 'add-pe', poolHandle: ABC, element: peerElement(8, 2, 20) });
    expect(ladder.elements()).toEqual(['8@20']);
    expect(ladder.eventsOf('peer-suspected')).toEqual([]);
  });

  it('stay where they are if the home is met', () => {
    const ladder = withStray();
    ladder.peer(2, 30);
    for (let i = 0; i < 20; i++) {
      run(ladder, 10);
      ladder.presence(2, 30, 1);
    }
    expect(ladder.eventsOf('takeover-started')).toEqual([]);
  });
});
