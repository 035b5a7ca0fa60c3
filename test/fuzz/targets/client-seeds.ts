import type { AsapMessage } from '../../../src/rserpool/wire/asap.ts';
import { encodeAsap } from '../../../src/rserpool/wire/asap-codec.ts';
import { type FuzzInput, step } from '../fuzz-target.ts';
import { ASAP_SEEDS } from './message-seeds.ts';
import { DO, doing } from './role-world.ts';

export interface ClientSeeds {
  /** Where an input begins, by number. */
  readonly stages: number;
  /** What an application may do, by number. */
  readonly calls: number;
  /** What others may say to it, beside messages of any kind. */
  readonly messages: readonly AsapMessage[];
  /** A SERVER_ANNOUNCE. */
  readonly announcement: AsapMessage;
}

/** Seeds for an element or a user: at each stage each call, each message on two channels, and an announcement. */
export function clientSeeds({ stages, calls, messages, announcement }: ClientSeeds): FuzzInput[] {
  const pass = Uint8Array.of(doing(DO.pass), 100);
  const all = [...messages.map((message) => encodeAsap(message)), ...ASAP_SEEDS];
  return Array.from({ length: stages }, (_, stage) => Uint8Array.of(stage)).flatMap((first): FuzzInput[] => [
    ...Array.from({ length: calls }, (_, what) => [first, step(doing(DO.call), Uint8Array.of(what, 1)), pass]),
    ...all.flatMap((bytes) => [0, 1].map((channel) => [first, step(doing(DO.message, channel), bytes), pass])),
    [first, step(doing(DO.announce, 5), encodeAsap(announcement)), pass],
  ]);
}
