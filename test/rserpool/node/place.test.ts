import { describe, expect, it } from 'vitest';
import { formatTarget, parsePlace, RSerPoolError, resolveTarget } from '../../../src/rserpool/index.ts';

const place = (text: string) => {
  const { text: _, ...rest } = parsePlace(text);
  return rest;
};

const NOTHING = { protocol: undefined, port: undefined, udpPort: undefined, dialect: undefined, srv: false };

function refusal(text: string): string {
  try {
    parsePlace(text);
  } catch (error) {
    if (error instanceof RSerPoolError && error.code === 'ERR_RSERPOOL_BAD_ARGUMENT') return error.message;
    throw error;
  }
  return 'accepted';
}

describe('places', () => {
  it('[ASAP-021] have addresses or names, a port or none, and UDP ports', () => {
    expect(place('10.0.0.1')).toEqual({ ...NOTHING, hosts: ['10.0.0.1'] });
    expect(place('10.0.0.1,10.1.0.1:4000;udp=40001')).toEqual({
      ...NOTHING,
      hosts: ['10.0.0.1', '10.1.0.1'],
      port: 4000,
      udpPort: 40_001,
    });
    expect(place('[2001:db8::1]:4000')).toEqual({ ...NOTHING, hosts: ['2001:db8::1'], port: 4000 });
    expect(place('2001:db8:0::1')).toEqual({ ...NOTHING, hosts: ['2001:db8::1'] });
    expect(place(' registrar.example:3863 ; udp=9900')).toEqual({
      ...NOTHING,
      hosts: ['registrar.example'],
      port: 3863,
      udpPort: 9900,
    });
  });

  it('say TCP, and domains whose services are asked for', () => {
    expect(place('[::1]:3863;tcp')).toEqual({ ...NOTHING, hosts: ['::1'], port: 3863, protocol: 'tcp' });
    expect(place('example.com;srv')).toEqual({ ...NOTHING, hosts: ['example.com'], srv: true });
    expect(place('example.com;srv;tcp')).toEqual({ ...NOTHING, hosts: ['example.com'], srv: true, protocol: 'tcp' });
  });

  it('say what is spoken there', async () => {
    expect(place('10.0.0.1;dialect=rsplib')).toEqual({ ...NOTHING, hosts: ['10.0.0.1'], dialect: 'rsplib' });
    expect(place('10.0.0.1;udp=1;dialect=rfc')).toMatchObject({ udpPort: 1, dialect: 'rfc' });
    expect(refusal('10.0.0.1;dialect=latin')).toContain('"dialect=latin" is none of tcp, srv, udp=PORT, dialect=rfc');
    expect(await resolveTarget('10.0.0.1;dialect=rsplib', 3863)).toMatchObject({ port: 3863, dialect: 'rsplib' });
  });

  it('are refused with a reason', () => {
    expect(refusal('10.0.0.1:0')).toContain('port "0" is not a number from 1 to 65535');
    expect(refusal('10.0.0.1;udp=70000')).toContain('port "70000"');
    expect(refusal('10.0.0.1;ucp=1')).toContain('"ucp=1" is none of tcp, srv, udp=PORT');
    expect(refusal('')).toContain('a host is missing');
    expect(refusal('10.0.0.1,:3')).toContain('a host is missing');
    expect(refusal('1.2.3')).toContain('neither an IP address nor a host name');
    expect(refusal('exam ple')).toContain('neither an IP address nor a host name');
    expect(refusal('10.0.0.1;tcp;udp=1')).toContain('udp= belongs to SCTP');
    for (const text of ['example.com:1;srv', '10.0.0.1;srv', 'a.example,b.example;srv']) {
      expect(refusal(text)).toContain('srv stands behind one domain without a port');
    }
  });

  it('are written as they are read', async () => {
    for (const text of [
      '10.0.0.1,[::1]:3863;udp=9900',
      '[::1]:1;tcp',
      '10.0.0.1:3863',
      '10.0.0.1:3863;dialect=rsplib',
    ]) {
      const written = formatTarget(await resolveTarget(text, 1));
      expect(await resolveTarget(written, 2)).toEqual(await resolveTarget(text, 3));
    }
  });
});
