import { describe, expect, it } from 'vitest';
import type { TransportParameter } from '../../../src/rserpool/wire/transport.ts';
import { element, POOL, UserLadder } from './user-ladder.ts';

const addresses = ['192.0.2.11'];
const protocols = { elementProtocols: ['sctp', 'tcp', 'udp'] } as const;

/** A session with element 10 over SCTP, which gives a cookie; element 11 has the other transport. */
function session(userTransport: TransportParameter): UserLadder {
  const ladder = new UserLadder(1, {}, protocols);
  ladder.session([10, element(11, { userTransport }), 12], {
    businessCard: { poolHandle: POOL, elements: [element(77)] },
  });
  ladder.cookie(3, 'first');
  ladder.take();
  return ladder;
}

describe('a user transport that carries data only', () => {
  it.each([
    ['[PAR-052] [PAR-053]', 'tcp'],
    ['[PAR-056] [PAR-057]', 'udp'],
  ] as const)('%s %s: neither cookies nor business cards, in either direction', (_, protocol) => {
    const ladder = session({ protocol, port: 7, addresses });
    ladder.down(3);
    ladder.up(5);
    expect(ladder.takeOnly('5:')).toEqual([]);
    expect(ladder.eventsOf('failover')[0]).toMatchObject({ to: { peIdentifier: 11 }, cookie: false });
    // What looks like control on it is none.
    ladder.cookie(5, 'second');
    ladder.down(5);
    ladder.advance(1000);
    ladder.up(7);
    expect(ladder.takeOnly('7:')).toEqual(['7: cookie-echo first', '7: business-card']);
  });

  it.each([
    ['[PAR-043] [PAR-044]', { protocol: 'dccp', port: 7, serviceCode: 1, addresses }],
    ['[PAR-060] [PAR-061]', { protocol: 'udp-lite', port: 7, addresses }],
  ] as const)('%s %o: no channel is opened to it at all', (_, userTransport) => {
    const ladder = session(userTransport);
    ladder.down(3);
    ladder.up(5);
    expect(ladder.outputs.filter(({ kind }) => kind === 'connect')).toHaveLength(3);
    expect(ladder.eventsOf('failover')[0]).toMatchObject({ to: { peIdentifier: 12 }, cookie: true });
  });
});
