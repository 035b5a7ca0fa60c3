import { expect, it } from 'vitest';
import { ABC, element, host, RegistrarLadder } from './registrar-ladder.ts';

it('what a registrar has done is counted by kind', () => {
  const ladder = RegistrarLadder.serving({ maxBadPeReports: 0 });
  const deregister = (channel: number, peIdentifier: number): void =>
    ladder.asap(channel, { kind: 'deregistration', poolHandle: ABC, peIdentifier });
  for (const [channel, id] of [
    [2, 7],
    [4, 8],
    [6, 9],
  ] as const) {
    ladder.registered(channel, id, channel);
  }
  ladder.asap(2, { kind: 'registration', poolHandle: ABC, element: element(7, 2) });
  ladder.asap(2, { kind: 'registration', poolHandle: ABC, element: element(8, 2) });
  ladder.up(100, host(100, 40_000));
  for (let i = 0; i < 5; i++) {
    ladder.asap(100, { kind: 'handle-resolution', subscribe: false, poolHandle: ABC });
  }
  ladder.asap(100, { kind: 'endpoint-unreachable', poolHandle: ABC, peIdentifier: 8 });
  deregister(100, 9);
  deregister(6, 9);
  ladder.asap(2, { kind: 'registration', poolHandle: ABC, element: element(7, 2, { registrationLifeS: 1 }) });
  ladder.advance(1000);
  expect(ladder.role.snapshot().counters).toEqual({
    registrations: 3,
    reregistrations: 2,
    rejectedRegistrations: 1,
    deregistrations: 1,
    expirations: 1,
    lostElements: 1,
    resolutions: 5,
    reports: 1,
    takeovers: 0,
    auditMismatches: 0,
    warnings: 0,
    badMessages: 0,
    deniedRequests: 0,
    refusedHandshakes: 0,
    untoldComplaints: 0,
  });
  expect(ladder.eventsOf('deregistration-rejected')).toMatchObject([{ peIdentifier: 9 }]);
});
