import { describe, expect, it } from 'vitest';
import { AccessRules } from '../../../src/rserpool/access/access-rules.ts';
import { poolHandle } from '../../../src/rserpool/wire/pool-handle.ts';
import { ABC, element, host, RegistrarLadder } from './registrar-ladder.ts';

function register(ladder: RegistrarLadder, channel: number, identifier: number, n: number, pool = ABC): string[] {
  ladder.asap(channel, { kind: 'registration', poolHandle: pool, element: element(identifier, n) });
  return ladder.take();
}

function lack(channel: number, identifier: number): string[] {
  return [`${channel}: registration-response ${identifier} rejected lack-of-resources`];
}

const granted = (channel: number, identifier: number): string[] => [
  `${channel}: registration-response ${identifier} granted`,
];

describe('who asks a registrar for too much has to wait', () => {
  const config = { registrationsPerSecond: 10, registrationBurst: 3, keepAlivePeriodMs: 0 };

  it('[SEC-014] with registrations and deregistrations: none is lost, and nobody else waits', () => {
    const ladder = RegistrarLadder.serving(config);
    ladder.up(2, host(1, 4711));
    ladder.up(4, host(2, 4711));
    for (let i = 1; i <= 3; i++) expect(register(ladder, 2, i, 1)).toEqual(granted(2, i));
    expect(register(ladder, 2, 4, 1)).toEqual(['hold 2 until 100', ...granted(2, 4)]);
    ladder.asap(2, { kind: 'deregistration', poolHandle: ABC, peIdentifier: 4 });
    expect(ladder.take()).toEqual(['hold 2 until 200', '2: deregistration-response 4']);
    expect(register(ladder, 4, 9, 2)).toEqual(granted(4, 9));
    ladder.advance(1000);
    expect(register(ladder, 2, 5, 1)).toEqual(granted(2, 5));
  });

  it('[SEC-014] also where they are refused', () => {
    const security = { rules: new AccessRules(), answersPlainUsers: false };
    const ladder = RegistrarLadder.serving(config, { security });
    ladder.up(2, host(1, 4711));
    for (let i = 1; i <= 3; i++) register(ladder, 2, i, 1);
    expect(register(ladder, 2, 4, 1)[0]).toBe('hold 2 until 100');
  });

  it('with resolutions, if that is wanted', () => {
    const ask = (ladder: RegistrarLadder): string[] => {
      ladder.asap(2, { kind: 'handle-resolution', poolHandle: ABC, subscribe: false });
      return ladder.take().filter((line) => line.startsWith('hold'));
    };
    const braked = RegistrarLadder.serving({ resolutionsPerSecond: 2 });
    braked.up(2, host(1));
    expect([ask(braked), ask(braked), ask(braked)]).toEqual([[], [], ['hold 2 until 500']]);
    const free = RegistrarLadder.serving();
    free.up(2, host(1));
    for (let i = 0; i < 10_000; i++) expect(ask(free)).toEqual([]);
  });

  it('with lists and tables, as a registrar', () => {
    const ladder = RegistrarLadder.serving({ tableRequestsPerSecond: 10, tableRequestBurst: 2 });
    ladder.peer(20, 20);
    const held: string[] = [];
    for (let i = 0; i < 2; i++) {
      ladder.enrp(20, 20, { kind: 'list-request' });
      ladder.enrp(20, 20, { kind: 'handle-table-request', ownChildrenOnly: false });
      held.push(...ladder.take().filter((line) => line.startsWith('hold')));
    }
    expect(held).toEqual(['hold 20 until 100', 'hold 20 until 200']);
    ladder.presence(20, 20);
    expect(ladder.take()).toEqual([]);
  });
});

describe('what one can have of a registrar', () => {
  it('[SEC-014] are so many channels of one address, or of one identity wherever it is', () => {
    const ladder = RegistrarLadder.serving({ maxChannelsPerPeer: 2 });
    const psk = (name: string) => ({ kind: 'psk', name }) as const;
    ladder.up(2, host(1, 1000));
    ladder.up(4, host(1, 1001));
    ladder.up(6, host(1, 1002));
    ladder.up(8, host(2, 1000));
    expect(ladder.take()).toEqual(['close 6 abort']);
    ladder.down(6);
    ladder.down(2);
    ladder.up(10, host(1, 1003));
    ladder.up(12, host(3), 'remote', psk('pe-1'));
    ladder.up(14, host(4), 'remote', psk('pe-1'));
    ladder.up(16, host(5), 'remote', psk('pe-1'));
    ladder.up(18, host(5), 'remote', psk('pe-2'));
    // Anonymous ones are as good as none.
    for (const channel of [20, 22, 24]) ladder.up(channel, host(6, channel), 'remote', { kind: 'anonymous' });
    expect(ladder.take()).toEqual(['close 16 abort', 'close 24 abort']);
  });

  it('[SEC-014] are so many elements, in whatever pools; others have room then', () => {
    const ladder = RegistrarLadder.serving({ maxElementsPerOwner: 2, keepAlivePeriodMs: 0 });
    ladder.up(2, host(1, 4711));
    ladder.up(4, host(1, 4712));
    ladder.up(6, host(2, 4711));
    expect(register(ladder, 2, 1, 1)).toEqual(granted(2, 1));
    expect(register(ladder, 4, 2, 1, poolHandle('x'))).toEqual(granted(4, 2));
    expect(register(ladder, 2, 3, 1)).toEqual(lack(2, 3));
    expect(register(ladder, 4, 4, 1, poolHandle('y'))).toEqual(lack(4, 4));
    // What is there already may be renewed.
    expect(register(ladder, 2, 1, 1)).toEqual(granted(2, 1));
    expect(register(ladder, 6, 3, 2)).toEqual(granted(6, 3));
    ladder.asap(2, { kind: 'deregistration', poolHandle: ABC, peIdentifier: 1 });
    ladder.take();
    expect(register(ladder, 2, 5, 1)).toEqual(granted(2, 5));
    ladder.advance(601_000);
    expect(ladder.elements()).toEqual([]);
    ladder.take();
    expect(register(ladder, 2, 6, 1)).toEqual(granted(2, 6));
  });

  it('[SEC-014] and those that another registrar has taken over count no more', () => {
    const ladder = RegistrarLadder.serving({ maxElementsPerOwner: 1, keepAlivePeriodMs: 0 });
    ladder.peer(20, 20);
    ladder.up(2, host(1, 4711));
    register(ladder, 2, 1, 1);
    const { parameter } = { parameter: ladder.role.snapshot().pools[0]!.elements[0]! };
    ladder.enrp(20, 20, {
      kind: 'handle-update',
      action: 'add-pe',
      poolHandle: ABC,
      element: { ...parameter, homeRegistrarIdentifier: 20 },
    });
    expect(ladder.elements()).toEqual(['1@20']);
    ladder.take();
    expect(register(ladder, 2, 2, 1)[0]).toBe(granted(2, 2)[0]);
  });
});
