import { PPID } from '../../../src/rserpool/role.ts';
import type { AsapMessage } from '../../../src/rserpool/wire/asap.ts';
import { encodeAsap } from '../../../src/rserpool/wire/asap-codec.ts';
import { poolHandle } from '../../../src/rserpool/wire/pool-handle.ts';
import { ABC, element } from '../../rserpool/registrar/registrar-ladder.ts';
import { type FuzzInput, type FuzzTarget, step } from '../fuzz-target.ts';
import { ASAP_SEEDS } from './message-seeds.ts';
import { playAtRegistrar, STAGES } from './registrar-world.ts';
import { DO, doing } from './role-world.ts';

const PE = { poolHandle: ABC, peIdentifier: 3 };
/** A life: registered, asked for, reported, changed, gone. */
const LIFE: readonly AsapMessage[] = [
  { kind: 'registration', poolHandle: ABC, element: element(3, 3) },
  { kind: 'handle-resolution', poolHandle: ABC, subscribe: true },
  { kind: 'endpoint-unreachable', ...PE },
  { kind: 'endpoint-keep-alive-ack', ...PE },
  { kind: 'registration', poolHandle: ABC, element: element(3, 3, { policy: { kind: 'weighted-random', weight: 5 } }) },
  { kind: 'deregistration', ...PE },
];

/** More than there is room for: of elements in one pool, and of pools. */
const CROWD: readonly AsapMessage[] = Array.from({ length: 24 }, (_, i) => ({
  kind: 'registration',
  poolHandle: poolHandle(i < 12 ? 'abc' : `abc ${i}`),
  element: element(i + 1, 3),
}));

export const asapRegistrar: FuzzTarget = {
  name: 'asap-registrar',
  about: 'ASAP messages into a registrar: alone, with peers, starting, taking over, secured',
  shape: 'tlv',
  maxSteps: 40,
  weight: 4,
  seeds: () =>
    STAGES.flatMap((_, stage): FuzzInput[] => {
      const first = [Uint8Array.of(stage), step(doing(DO.up, 3), Uint8Array.of(1, 1))];
      const life = LIFE.map((message) => step(doing(DO.message, 0), encodeAsap(message)));
      const third = LIFE.map((message) => step(doing(DO.message, 2), encodeAsap(message)));
      const pass = Uint8Array.of(doing(DO.pass), 60);
      return [
        [...first, ...life, pass],
        [...first, ...third, pass, ...third],
        [...first, ...CROWD.map((message) => step(doing(DO.message), encodeAsap(message)))],
        ...ASAP_SEEDS.map((bytes) => [...first, step(doing(DO.message, 2), bytes), pass]),
      ];
    }),
  run: (input) => playAtRegistrar(input, PPID.asap),
};
