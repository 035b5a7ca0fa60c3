import type { Arena } from './arena.ts';
import { type Attack, list } from './attack.ts';
import { inWords } from './contact.ts';
import type { Overheard } from './on-path.ts';

const ELEMENT = '10.0.1.1';
const REGISTRAR = '10.0.0.1';

/** RFC 5355 §2.8: whole messages of a legitimate element come again. */
export const replay: Attack = {
  threat: '2.8 a',
  what: 'Somebody on the path sends the de-registration of an element again, when that is back in the pool',
  succeedsAgainst: { plain: true, secured: false },
  async run(arena) {
    const registrar = await arena.registrar(1);
    const first = await arena.element(1);
    await arena.run(first.leave());
    await arena.pass(1000);
    const recorded = arena.wire.messages.filter(isFromElement);
    await arena.element(1);
    const { deregistrations } = registrar.snapshot().counters;
    const aborts = arena.wire.aborts;
    // It knows a DEREGISTRATION when it sees one; of records of TLS it tries one after the other.
    const understood = recorded.filter(({ bytes, ppid }) => inWords(bytes, ppid) === 'DEREGISTRATION');
    const again = understood.length > 0 ? understood : recorded.filter(isRecord);
    for (const { bytes } of again) {
      replaceNext(arena, () => bytes);
      await arena.pass(2000);
    }
    // A record of the same connection, which has the right keys.
    if (arena.isSecured) replaceNext(arena, () => arena.wire.messages.filter(isFromElement).at(-2)!.bytes);
    await arena.pass(10_000);
    const removed = registrar.snapshot().counters.deregistrations > deregistrations;
    const isBack = arena.elements().length === 1;
    if (removed) return { succeeded: true, saw: 'the element is out, without having asked for it' };
    const sights = arena.wire.aborts > aborts ? ['each record ends the association, and changes nothing'] : [];
    if (isBack) sights.push('the element comes back, and is in the pool');
    return { succeeded: sights.length < 2, saw: list(...sights) };
  },
};

function isFromElement({ from, to }: Overheard): boolean {
  return from === ELEMENT && to === REGISTRAR;
}

/** Application data of TLS. */
export function isRecord({ bytes }: Overheard): boolean {
  return bytes[0] === 23;
}

/** Puts something in the place of the next message of the element. */
function replaceNext({ wire, isSecured }: Arena, pick: () => Uint8Array): void {
  let done = false;
  wire.edit((message) => {
    if (done || !isFromElement(message) || isRecord(message) !== isSecured) return undefined;
    done = true;
    return pick();
  });
}

/** RFC 5355 §2.8: the datagrams themselves come again. SCTP knows what it has had. */
export const repetition: Attack = {
  threat: '2.8 b',
  what: 'Somebody on the path sends each datagram three times, once at once and once 700 ms later',
  succeedsAgainst: { plain: false, secured: false },
  async run(arena) {
    const registrar = await arena.registrar(1);
    arena.wire.repeats = true;
    const element = await arena.element(1);
    await arena.pass(2000);
    await arena.run(element.leave());
    await arena.pass(2000);
    const { registrations, reregistrations, deregistrations } = registrar.snapshot().counters;
    const isOnce = registrations === 1 && reregistrations === 0 && deregistrations === 1;
    const saw = isOnce ? 'one registration and one de-registration are counted' : 'messages that count twice';
    return { succeeded: !isOnce, saw };
  },
};
