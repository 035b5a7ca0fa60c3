import { describe, expect, it } from 'vitest';
import { ABC, host, OWN, peerElement, RegistrarLadder } from '../registrar/registrar-ladder.ts';
import { Scope } from './scope.ts';

describe('the identifier of a registrar', () => {
  it('[ENRP-068] stays the same however often peers come and go', () => {
    const scope = new Scope(1, 2, {}, [7, 8]).startAll();
    for (let i = 0; i < 5; i++) {
      scope.network.partition.split(['r1'], ['r2']);
      scope.run(2000);
      scope.network.partition.healAll();
      scope.run(2000);
    }
    expect(scope.registrars.map(({ role }) => role.registrarId)).toEqual([7, 8]);
    scope.expectHarmony();
  });

  it('[ENRP-070] may be that of an element as well', () => {
    const ladder = RegistrarLadder.serving();
    ladder.peer(20, 20);
    ladder.registered(2, OWN, 1);
    ladder.enrp(20, 20, { kind: 'handle-update', action: 'add-pe', poolHandle: ABC, element: peerElement(20, 3, 20) });
    expect(ladder.elements()).toEqual([`${OWN}@${OWN}`, '20@20']);
    expect(ladder.peers()).toEqual(['20 active']);
  });

  it('[ENRP-069] is kept by both if two that serve meet: they say so and stay apart, without a storm', () => {
    const scope = new Scope(1, 2, {}, [7, 7]);
    scope.network.partition.split(['r1'], ['r2']);
    scope.startAll();
    scope.join('e1', [1]);
    scope.join('e2', [2]);
    scope.run(1000);
    scope.network.partition.healAll();
    let messages = 0;
    scope.network.tap(({ from, to }) => {
      if (from.name.startsWith('r') && to.name.startsWith('r')) messages++;
    });
    scope.run(30_000);
    expect(scope.registrars.map(({ role }) => role.registrarId)).toEqual([7, 7]);
    for (const host of scope.registrars) {
      expect(host.eventsOf('warning')).toContainEqual(expect.objectContaining({ code: 'identifier-collision' }));
      expect(host.role.snapshot().pools[0]?.elements).toHaveLength(1);
      expect(host.role.snapshot().peers).toEqual([]);
    }
    // Both dial at most every 300 ms, the largest pause, and each call is one message either way.
    expect(messages).toBeLessThan(2 * 2 * (30_000 / 150));
  });

  it('[ENRP-069] is not drawn anew for ever: somebody who repeats it does not keep this one from serving', () => {
    const ladder = new RegistrarLadder({ mentorDiscoveryTimeoutMs: 5000 }, { peers: [host(20)] });
    for (let channel = 2; channel < 40; channel += 2) {
      ladder.up(channel, host(66));
      ladder.enrp(channel, ladder.role.registrarId, { kind: 'presence', replyRequired: false });
      ladder.advance(1000);
    }
    expect(ladder.eventsOf('starting')).toHaveLength(1 + 3);
    expect(ladder.role.state).toBe('serving');
  });

  it('[ENRP-069] that is taken means to begin anew, with a mentor that knows the new one', () => {
    const ladder = new RegistrarLadder({ mentorDiscoveryTimeoutMs: 5000 }, { peers: [host(20)] });
    ladder.up(1, host(20), 'local');
    ladder.presence(1, 20);
    ladder.take();
    ladder.advance(3000);
    ladder.up(2, host(66));
    ladder.enrp(2, OWN, { kind: 'presence', replyRequired: false });
    expect(ladder.role.registrarId).not.toBe(OWN);
    expect(ladder.take()).toEqual(['close 2 abort', 'close 1 abort']);
    expect(ladder.peers()).toEqual([]);
    ladder.down(1);
    ladder.advance(4999);
    expect(ladder.role.state).toBe('starting');
    const again = ladder.connects.at(-1)!.channel;
    ladder.up(again, host(20), 'local');
    ladder.take();
    ladder.presence(again, 20);
    expect(ladder.take()).toContain(`${again}: list-request to 20`);
  });

  it('[ENRP-141] on an element’s channel that is being closed cannot be made up', () => {
    const ladder = RegistrarLadder.serving({ keepAlivePeriodMs: 0 });
    ladder.peer(20, 20);
    ladder.registered(2, 7, 1);
    ladder.down(2);
    ladder.up(1, host(1, 4711), 'local');
    ladder.asap(1, { kind: 'endpoint-keep-alive-ack', poolHandle: ABC, peIdentifier: 7 });
    ladder.asap(1, { kind: 'deregistration', poolHandle: ABC, peIdentifier: 7 });
    ladder.take();
    ladder.enrp(1, 20, { kind: 'init-takeover', targetId: OWN });
    expect(ladder.take()).toEqual([]);
  });
});
