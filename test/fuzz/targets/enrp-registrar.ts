import { PPID } from '../../../src/rserpool/role.ts';
import type { EnrpMessage } from '../../../src/rserpool/wire/enrp.ts';
import { encodeEnrp } from '../../../src/rserpool/wire/enrp-codec.ts';
import { ABC, OWN, peerElement } from '../../rserpool/registrar/registrar-ladder.ts';
import { type FuzzInput, type FuzzTarget, step } from '../fuzz-target.ts';
import { ENRP_SEEDS } from './message-seeds.ts';
import { playAtRegistrar, STAGES } from './registrar-world.ts';
import { DO, doing } from './role-world.ts';

/** What registrar 20, or 30, may say. */
function messagesOf(senderId: number): EnrpMessage[] {
  const ids = { senderId, receiverId: OWN };
  const transport = { protocol: 'sctp', port: 9901, use: 'data-only', addresses: [`192.0.2.${senderId}`] } as const;
  const information = { identifier: senderId, transport };
  const member = peerElement(5, 5, senderId);
  return [
    { kind: 'presence', ...ids, replyRequired: true, checksum: 0x1234, information },
    { kind: 'presence', ...ids, replyRequired: false, checksum: 0xffff },
    { kind: 'list-request', ...ids },
    { kind: 'list-response', ...ids, rejected: false, registrars: [information, { ...information, identifier: 40 }] },
    { kind: 'handle-table-request', ...ids, ownChildrenOnly: true },
    { kind: 'handle-table-request', ...ids, ownChildrenOnly: false },
    {
      kind: 'handle-table-response',
      ...ids,
      rejected: false,
      more: true,
      pools: [{ poolHandle: ABC, elements: [member] }],
    },
    {
      kind: 'handle-table-response',
      ...ids,
      rejected: false,
      more: false,
      pools: [{ poolHandle: ABC, elements: [member] }],
    },
    { kind: 'handle-table-response', ...ids, rejected: true, more: false, pools: [] },
    { kind: 'handle-update', ...ids, action: 'add-pe', poolHandle: ABC, element: member },
    { kind: 'handle-update', ...ids, action: 'del-pe', poolHandle: ABC, element: member },
    { kind: 'init-takeover', ...ids, targetId: 20 },
    { kind: 'init-takeover', ...ids, targetId: OWN },
    { kind: 'init-takeover-ack', ...ids, targetId: 20 },
    { kind: 'takeover-server', ...ids, targetId: 20 },
    { kind: 'error', ...ids, causes: [{ kind: 'unspecified' }] },
  ];
}

/** More than there is room for: of peers, of elements, of downloads. */
function crowd(first: Uint8Array): FuzzInput[] {
  const say = (channel: number, message: EnrpMessage): Uint8Array =>
    step(doing(DO.message, channel), encodeEnrp(message));
  const numbers = Array.from({ length: 12 }, (_, i) => i);
  const up = numbers.slice(0, 8).map((n) => step(doing(DO.up, n), Uint8Array.of(0, 0)));
  return [
    [first, ...up, ...numbers.map((n) => say(n, messagesOf(20 + n)[0]!))],
    [first, ...up, ...numbers.map((n) => say(n, messagesOf(20 + n)[9]!))],
    [
      first,
      ...up,
      ...numbers.map((n) => say(0, { ...messagesOf(20)[9]!, element: peerElement(n + 1, 5, 20) } as EnrpMessage)),
    ],
    [first, ...up, ...numbers.map((n) => say(n, messagesOf(20 + n)[5]!))],
  ];
}

export const enrpRegistrar: FuzzTarget = {
  name: 'enrp-registrar',
  about:
    'ENRP messages into a registrar: alone, with peers, during the download of the handlespace and a takeover, secured',
  shape: 'tlv',
  maxSteps: 40,
  weight: 4,
  seeds: () =>
    STAGES.flatMap((_, stage): FuzzInput[] => {
      const first = Uint8Array.of(stage);
      const up = step(doing(DO.up, 3), Uint8Array.of(0, 2));
      const pass = Uint8Array.of(doing(DO.pass), 30);
      const ofPeer = (channel: number, id: number): Uint8Array[] =>
        messagesOf(id).map((message) => step(doing(DO.message, channel), encodeEnrp(message)));
      const single = [...ofPeer(0, 20), ...ofPeer(1, 30), ...ENRP_SEEDS.map((bytes) => step(doing(DO.message), bytes))];
      return [
        [first, up, ...ofPeer(0, 20), pass, ...ofPeer(1, 30)],
        ...crowd(first),
        ...single.map((each) => [first, up, each, pass]),
      ];
    }),
  run: (input) => playAtRegistrar(input, PPID.enrp),
};
