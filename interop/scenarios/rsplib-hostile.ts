import { fromHex } from '../../src/base/bytes.ts';
import { Registrar } from '../../src/rserpool/index.ts';
import { ASAP_PORT, PPID } from '../../src/rserpool/role.ts';
import type { AsapMessage } from '../../src/rserpool/wire/asap.ts';
import { decodeAsap, encodeAsap } from '../../src/rserpool/wire/asap-codec.ts';
import { poolHandle } from '../../src/rserpool/wire/pool-handle.ts';
import { SctpEndpoint } from '../../src/sctp/index.ts';
import { patience } from '../patience.ts';
import type { RsplibLab } from '../rsplib/lab.ts';
import { rsplibScenario } from '../rsplib/scenario.ts';
import { expectThat } from '../scenario.ts';

const POOL = poolHandle('Zero');
const LONG: AsapMessage = { kind: 'handle-resolution', subscribe: false, poolHandle: poolHandle('x'.repeat(33)) };
const ASK: AsapMessage = { kind: 'handle-resolution', subscribe: false, poolHandle: POOL };

/** The messages of one attack, by the address that they come from. */
type Attack = readonly [name: string, messages: (address: string) => readonly Uint8Array[]];

const ATTACKS: readonly Attack[] = [
  ['a pool handle of 33 bytes', () => [encodeAsap(LONG)]],
  ['a transport with an unknown address', (address) => [withUnknownAddress(address)]],
  ['a pool whose weights are 0', (address) => [registration(address), encodeAsap(ASK)]],
];

/** Each of these single messages ends rsplib's registrar. Ours answers them. */
export const rsplibHostile = rsplibScenario('messages that end their registrar, and not ours', async (lab, see) => {
  const theirs = await lab.theirs();
  await using ours = await Registrar.start({ ...lab.ours(10), config: { mentorDiscoveryTimeoutMs: 100 } });
  await ours.whenServing();
  for (const [name, messages] of ATTACKS) {
    const registrar = await theirs.registrar();
    await registrar.shows('Registrar started');
    await say(lab, theirs.addresses[0], messages);
    const code = await registrar.exited;
    const answers = await say(lab, ours.asap.addresses[0]!, messages);
    expectThat(code < 0, `theirs ends with ${code}`);
    see(`${name}: theirs ends with ${code}; ours answers ${answers.join(', ')}`);
  }
  expectThat(ours.snapshot().state === 'serving', 'our registrar does not serve');
  see('ours serves');
});

/** @returns the kinds of the answers, one for each message unless the association ends */
async function say(lab: RsplibLab, to: string, messages: Attack[1]): Promise<string[]> {
  const options = lab.ours(11);
  const endpoint = await SctpEndpoint.bind(options);
  const signal = patience();
  const kinds: string[] = [];
  try {
    const association = await endpoint.connect({ addresses: [to], sctpPort: ASAP_PORT }, { signal });
    for (const bytes of messages(options.addresses[0])) {
      await association.send(bytes, { ppid: PPID.asap });
      const answer = await association.receive({ signal }).catch(() => undefined);
      if (answer !== undefined) kinds.push(decodeAsap(answer.data).kind);
    }
  } finally {
    await endpoint.close({ timeoutMs: 0 });
  }
  return kinds;
}

function registration(address: string): Uint8Array {
  const element = {
    identifier: 0x66,
    homeRegistrarIdentifier: 0,
    registrationLifeS: 60,
    userTransport: { protocol: 'sctp', port: 4711, use: 'data-and-control', addresses: [address] },
    policy: { kind: 'weighted-random', weight: 0 },
  } as const;
  return encodeAsap({ kind: 'registration', poolHandle: POOL, element }, 'rfc');
}

/** The same with a parameter before the address, of a type that says "skip". */
function withUnknownAddress(address: string): Uint8Array {
  const sound = registration(address);
  const at = Buffer.from(sound).indexOf(fromHex('00040010'));
  const bytes = Buffer.concat([sound.subarray(0, at + 8), fromHex('80990008 00000000'), sound.subarray(at + 8)]);
  for (const length of [2, at - 14, at + 2]) bytes.writeUInt16BE(bytes.readUInt16BE(length) + 8, length);
  return bytes;
}
