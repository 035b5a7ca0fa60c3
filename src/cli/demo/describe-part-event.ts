import type { PartEvent } from './messages.ts';

/** Finds the names of the parts behind identifiers and ports. */
export interface PartNames {
  readonly registrar: (registrarId: number) => string;
  readonly registrarAt: (udpPort: number) => string;
  readonly element: (peIdentifier: number) => string;
}

/** A line of the timeline about what a part reported. */
export function describePartEvent(event: PartEvent, names: PartNames): string {
  switch (event.kind) {
    case 'serving':
      return 'serves';
    case 'peer-suspected':
      return `has heard nothing of ${names.registrar(event.registrarId)} and asks it`;
    case 'takeover-started':
      return `takes ${names.registrar(event.registrarId)} for dead and wants to take it over`;
    case 'takeover-completed': {
      const elements = event.elements === 1 ? '1 element' : `${event.elements} elements`;
      const [target, winner] = [names.registrar(event.registrarId), names.registrar(event.winnerId)];
      return `${target} is taken over by ${winner}: ${elements} moved`;
    }
    case 'element-lost':
      return `removes ${names.element(event.peIdentifier)} (${LOSSES[event.reason] ?? event.reason})`;
    case 'resynchronized':
      return `has fetched the elements of ${names.registrar(event.registrarId)} anew`;
    case 'home-changed': {
      const { homeUdpPort, reason } = event;
      if (homeUdpPort === undefined) return `has lost its registrar: ${reason}`;
      return `has ${names.registrarAt(homeUdpPort)} as its home now: ${reason}`;
    }
    case 'registered':
      return event.renewed ? 'is registered again' : 'is registered';
    case 'session-up':
      return `has a session with ${names.element(event.peIdentifier)}`;
    case 'interrupted':
      return `notices that ${names.element(event.peIdentifier)} is gone: ${event.reason}`;
    case 'waiting':
      return `finds no element at the moment: ${event.reason}`;
    case 'failover': {
      const cookie = event.cookie ? 'hands on the cookie' : 'has no cookie to hand on';
      return `goes on with ${names.element(event.to)} after ${names.element(event.from)} and ${cookie}`;
    }
  }
}

/** Why a registrar removes an element, where its own word says little. */
const LOSSES: Readonly<Record<string, string>> = {
  'peer-update': 'its home registrar says so',
  'keep-alive-timeout': 'it does not answer',
  'bad-reports': 'users report it',
};
