import { beforeAll, describe, expect, it } from 'vitest';
import { fromHex } from '../../src/base/bytes.ts';
import type { PoolUser } from '../../src/rserpool/index.ts';
import { ASAP_PORT, ASAP_TLS_PORT, ENRP_PORT, PPID } from '../../src/rserpool/role.ts';
import { Bystanders, SERVICE_PORT } from './bystanders.ts';
import type { Contact } from './contact.ts';
import { authority, psk } from './credentials.ts';
import { CONTROL, RESOLUTIONS } from './hostile-answers.ts';
import { TO_REGISTRAR } from './hostile-asap.ts';
import { SOUND_PRESENCE, TO_PEER } from './hostile-enrp.ts';
import type { HostileMessage } from './hostile-message.ts';
import { Trap } from './trap.ts';

/** What is heard of programs of the attacker that are well-formed, and have nothing to do with its message. */
const USUAL = ['ENDPOINT_KEEP_ALIVE', 'PRESENCE', 'BUSINESS_CARD'];

const withoutUsual = (sights: readonly string[]): string[] => sights.filter((sight) => !USUAL.includes(sight));

/** The events by which a program hears of a message that is wrong. */
function notes(program: { on(name: 'event', listener: (event: { kind: string; code?: string }) => void): unknown }) {
  const heard: string[] = [];
  program.on('event', ({ kind, code }) => {
    if (kind === 'warning') heard.push(code!);
    else if (kind === 'bad-message' || kind === 'peer-error') heard.push(kind);
  });
  return () => heard.splice(0);
}

async function say(bystanders: Bystanders, attacker: Contact, { hex }: HostileMessage): Promise<string[]> {
  const { arena } = bystanders;
  for (const message of hex.split('|')) attacker.say(fromHex(message));
  await arena.pass(100);
  const sights = withoutUsual(attacker.sights());
  attacker.abort();
  await arena.pass(100);
  return sights;
}

describe('a live registrar, and what elements and users should never say', () => {
  let bystanders: Bystanders;
  let told: () => string[];
  beforeAll(async () => {
    bystanders = await Bystanders.open('plain');
    told = notes(bystanders.arena.registrars[0]!);
  });

  it.each(TO_REGISTRAR)('$name: answered as the RFC has it, told once, harms nobody', async (message) => {
    const attacker = await bystanders.arena.contact({ sctpPort: ASAP_PORT }, PPID.asap);
    expect(await say(bystanders, attacker, message)).toEqual(message.answers);
    expect(told()).toEqual(message.warnings);
    expect(await bystanders.harm()).toEqual([]);
  });
});

describe('a live registrar, and what its peers should never say', () => {
  let bystanders: Bystanders;
  let told: () => string[];
  beforeAll(async () => {
    bystanders = await Bystanders.open('plain');
    told = notes(bystanders.arena.registrars[0]!);
  });

  it.each(TO_PEER)('$name: answered as the RFC has it, told once, harms nobody', async (message) => {
    const { arena } = bystanders;
    const attacker = await arena.contact({ sctpPort: ENRP_PORT }, PPID.enrp, { ownSctpPort: ENRP_PORT });
    attacker.say(fromHex(SOUND_PRESENCE));
    await arena.pass(50);
    attacker.heard.length = 0;
    expect(await say(bystanders, attacker, message)).toEqual(message.answers);
    expect(told()).toEqual(message.warnings);
    await arena.pass(3000);
    expect(await bystanders.harm()).toEqual([]);
  });
});

describe('a live element, and what its users and registrars should never say', () => {
  let bystanders: Bystanders;
  let told: () => string[];
  beforeAll(async () => {
    bystanders = await Bystanders.open('plain');
    told = notes(bystanders.element);
  });

  it.each(CONTROL)('$name: answered as the RFC has it, told once, harms nobody', async (message) => {
    const way = { sctpPort: SERVICE_PORT };
    const attacker = await bystanders.arena.contact(way, PPID.asap, { address: '10.0.1.1' });
    expect(await say(bystanders, attacker, message)).toEqual(message.answers);
    expect(told()).toEqual(message.warnings);
    expect(await bystanders.harm()).toEqual([]);
  });

  it('is told once for an association, however many of them come', async () => {
    const way = { sctpPort: SERVICE_PORT };
    const attacker = await bystanders.arena.contact(way, PPID.asap, { address: '10.0.1.1' });
    for (let i = 0; i < 100; i++) attacker.say(fromHex('0b000063 000d0004'));
    await bystanders.arena.pass(100);
    expect(told()).toEqual(['bad-message']);
    attacker.abort();
    await bystanders.arena.pass(100);
  });
});

describe('a live user, and what elements and registrars should never say', () => {
  let bystanders: Bystanders;
  let trap: Trap;
  let told: () => string[];
  beforeAll(async () => {
    bystanders = await Bystanders.open('plain');
    trap = await Trap.set(bystanders.arena);
    told = notes(bystanders.user);
  });

  it.each(CONTROL)('an element: $name', async (message) => {
    const { arena, user } = bystanders;
    trap.next = fromHex(message.hex);
    const session = await arena.run(user.connect('trap'));
    await arena.pass(100);
    expect(trap.heard()).toEqual(message.answers);
    expect(told()).toEqual(message.warnings);
    session.close();
    await arena.pass(100);
    expect(await bystanders.harm()).toEqual([]);
  });

  describe('that has no other registrar', () => {
    let lost: PoolUser;
    let toldLost: () => string[];
    beforeAll(async () => {
      lost = await bystanders.arena.user({ registrars: [trap.registrar] }, '10.0.2.9');
      toldLost = notes(lost);
    });

    it.each(RESOLUTIONS)('a registrar: $name', async (message) => {
      const { arena } = bystanders;
      trap.next = fromHex(message.hex);
      expect(await arena.codeOf(lost.resolve('trap'))).toMatch(/^ERR_RSERPOOL_NO_(REGISTRAR|ELEMENT)$/);
      await arena.pass(100);
      expect(trap.heard()).toEqual(message.answers);
      expect(toldLost()).toEqual(message.warnings);
      expect(await bystanders.harm()).toEqual([]);
    });
  });
});

describe('a live secured scope', () => {
  let bystanders: Bystanders;
  beforeAll(async () => {
    bystanders = await Bystanders.open('secured');
  });

  it.each(TO_REGISTRAR)('an insider says to the registrar: $name, and harms nobody', async (message) => {
    const way = { sctpPort: ASAP_TLS_PORT, tls: { psk: psk('pe-66') } };
    await say(bystanders, await bystanders.arena.contact(way, PPID.asap), message);
    expect(await bystanders.harm()).toEqual([]);
  });

  it.each(CONTROL)('a user says to the element: $name, and harms nobody', async (message) => {
    const way = { sctpPort: SERVICE_PORT, tls: { ca: authority.cert } };
    await say(bystanders, await bystanders.arena.contact(way, PPID.asap, { address: '10.0.1.1' }), message);
    expect(await bystanders.harm()).toEqual([]);
  });
});
