import { describe, expect, it } from 'vitest';
import { parsePlace, type RSerPoolError } from '../../../src/rserpool/index.ts';
import { type LookupService, PlaceLookup } from '../../../src/rserpool/node/place-lookup.ts';
import { orderServices } from '../../../src/rserpool/node/service-order.ts';
import { SeededRandom } from '../../harness/random.ts';
import { Names } from './names.ts';

const ASAP: LookupService = {
  name: 'asap',
  protocols: ['sctp', 'tcp'],
  port: 3863,
  localAddresses: ['10.0.0.9'],
  maxAddresses: 32,
};

async function look(names: Names, text: string, service: Partial<LookupService> = {}) {
  const lookup = new PlaceLookup(names, new SeededRandom(1), { ...ASAP, ...service });
  const { targets, ttlS } = await lookup.resolve(parsePlace(text));
  const texts = targets.map(({ protocol, addresses, port, udpPort, priority = 0 }) =>
    [protocol, addresses.join(','), port, udpPort ?? '-', priority].join(' '),
  );
  return { texts, ttlS };
}

const targetsOf = async (...args: Parameters<typeof look>) => (await look(...args)).texts;

const failureOf = async (names: Names, text: string, service?: Partial<LookupService>) =>
  look(names, text, service).then(
    () => 'found',
    (error: RSerPoolError) => `${error.code} ${error.message}`,
  );

describe('places of registrars', () => {
  it('[ASAP-021] are on the well-known port unless they have another one', async () => {
    const names = new Names().host('r.example', '10.0.0.1');
    expect(await targetsOf(names, '10.0.0.1')).toEqual(['sctp 10.0.0.1 3863 - 0']);
    expect(await targetsOf(names, 'r.example:4000;udp=40001')).toEqual(['sctp 10.0.0.1 4000 40001 0']);
    expect(await targetsOf(names, 'r.example;tcp')).toEqual(['tcp 10.0.0.1 3863 - 0']);
  });

  it('of several hosts are one multihomed registrar, by TCP one address after the other', async () => {
    const names = new Names().host('a.example', '10.0.0.1').host('b.example', '10.1.0.1');
    expect(await targetsOf(names, 'a.example,b.example')).toEqual(['sctp 10.0.0.1,10.1.0.1 3863 - 0']);
    expect(await targetsOf(names, '10.0.0.1,10.1.0.1;tcp')).toEqual(['tcp 10.0.0.1 3863 - 0', 'tcp 10.1.0.1 3863 - 0']);
  });

  it('of one name are a registrar for each of its addresses', async () => {
    const names = new Names().host('all.example', '10.0.0.1', '10.0.0.2', '10.0.0.1');
    expect(await targetsOf(names, 'all.example')).toEqual(['sctp 10.0.0.1 3863 - 0', 'sctp 10.0.0.2 3863 - 0']);
    expect(await targetsOf(names, 'all.example', { maxAddresses: 1 })).toHaveLength(1);
  });

  it('leave out addresses of a family that is not there on this side, if there is another', async () => {
    const names = new Names().host('both.example', '::1', '10.0.0.1').host('six.example', '::1');
    expect(await targetsOf(names, 'both.example')).toEqual(['sctp 10.0.0.1 3863 - 0']);
    expect(await targetsOf(names, 'both.example', { localAddresses: ['::2'] })).toEqual(['sctp ::1 3863 - 0']);
    expect(await targetsOf(names, 'six.example')).toEqual(['sctp ::1 3863 - 0']);
  });

  it('are found by SRV records: SCTP before TCP, by priority, with their ports', async () => {
    const names = new Names()
      .host('r1.example', '10.0.0.1')
      .host('r2.example', '10.0.0.2', '10.0.0.3')
      .service('_asap._sctp.example', '20 0 4001 r1.example', '10 0 4002 r2.example')
      .service('_asap._tcp.example', '0 0 4003 r1.example')
      .service('_enrp._sctp.example', '1 0 9901 r1.example');
    expect(await targetsOf(names, 'example;srv')).toEqual([
      'sctp 10.0.0.2 4002 - 10',
      'sctp 10.0.0.3 4002 - 10',
      'sctp 10.0.0.1 4001 - 20',
      'tcp 10.0.0.1 4003 - 0',
    ]);
    expect(await targetsOf(names, 'example;srv;tcp')).toEqual(['tcp 10.0.0.1 4003 - 0']);
    expect(await targetsOf(names, 'example;srv;udp=40001', { protocols: ['sctp'] })).toContain(
      'sctp 10.0.0.1 4001 40001 20',
    );
    expect(await targetsOf(names, 'example;srv', { name: 'enrp', protocols: ['sctp'] })).toEqual([
      'sctp 10.0.0.1 9901 - 1',
    ]);
  });

  it('one protocol of a service and one host of several are enough', async () => {
    const names = new Names()
      .host('r1.example', '10.0.0.1')
      .service('_asap._tcp.example', '0 0 4003 gone.example', '1 0 4003 r1.example');
    expect(await targetsOf(names, 'example;srv')).toEqual(['tcp 10.0.0.1 4003 - 1']);
  });

  it('that are not found are named, with what the name server says', async () => {
    const names = new Names()
      .service('_asap._sctp.none.example', '0 0 0 .')
      .service('_asap._sctp.gone.example', '0 0 1 gone.example')
      .host('empty.example');
    expect(await failureOf(names, 'r.example')).toBe('ERR_RSERPOOL_LOOKUP "r.example" was not found: ENOTFOUND');
    expect(await failureOf(names, 'empty.example')).toContain('"empty.example" was not found: it has no such record');
    expect(await failureOf(names, 'example;srv')).toContain('"_asap._sctp.example" was not found: ENOTFOUND');
    expect(await failureOf(names, 'none.example;srv')).toContain('the domain does not offer this service');
    expect(await failureOf(names, 'gone.example;srv')).toContain('none of its hosts has an address');
    expect(await failureOf(names, '10.0.0.1;tcp', { protocols: ['sctp'] })).toBe(
      'ERR_RSERPOOL_BAD_ARGUMENT "10.0.0.1;tcp": it is reached by sctp only (RFC 5352 §2.1)',
    );
  });

  it('hold as long as the shortest-lived of the answers', async () => {
    const names = new Names().host('r.example', '10.0.0.1');
    names.ttlS = 30;
    expect((await look(names, 'r.example')).ttlS).toBe(30);
    expect((await look(names, '10.0.0.1')).ttlS).toBeUndefined();
  });
});

describe('services of one priority (RFC 2782)', () => {
  const records = ['a 3', 'b 1', 'c 0'].map((text) => {
    const [host, weight] = text.split(' ');
    return { priority: 0, weight: Number(weight), port: 1, host: host! };
  });

  it('are drawn by weight, those without weight seldom, and none is left out', () => {
    const random = new SeededRandom(7);
    const first = { a: 0, b: 0, c: 0 };
    const DRAWS = 10_000;
    for (let i = 0; i < DRAWS; i++) {
      const order = orderServices(records, random).map(({ host }) => host);
      expect([...order].sort()).toEqual(['a', 'b', 'c']);
      first[order[0] as 'a']++;
    }
    // The number drawn is one of 0 to 4: c has the 0, b and a share the rest in the order in which they stand.
    expect(first.c / DRAWS).toBeCloseTo(1 / 5, 1);
    expect(first.a / DRAWS).toBeCloseTo(3 / 5, 1);
    expect(first.b / DRAWS).toBeCloseTo(1 / 5, 1);
  });

  it('come after all of a lower priority number, whatever their weight', () => {
    const heavy = { priority: 1, weight: 65_535, port: 1, host: 'late' };
    const order = orderServices([heavy, ...records], new SeededRandom(1));
    expect(order.at(-1)!.host).toBe('late');
  });
});
