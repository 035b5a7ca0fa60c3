import { WireError } from '../../src/base/errors.ts';
import { type ElementSession, type SessionHandler, SignedCookies } from '../../src/rserpool/index.ts';
import { PPID } from '../../src/rserpool/role.ts';
import { decodeAsap } from '../../src/rserpool/wire/asap-codec.ts';
import { type Arena, asap, POOL } from './arena.ts';
import { type Attack, list } from './attack.ts';
import { authority } from './credentials.ts';
import type { Edit } from './on-path.ts';
import { isRecord } from './replay.ts';

const TRUE_STATE = 'balance 10';
const FALSE_STATE = 'balance 99';

/** RFC 5355 §2.16: a cookie is stolen and forged on the control channel. */
export const forgedCookie: Attack = {
  threat: '2.16 a',
  what: 'Somebody on the path reads the cookie of a session, and changes it before the next element gets it',
  succeedsAgainst: { plain: true, secured: false },
  async run(arena) {
    const restored: string[] = [];
    await arena.registrar(1);
    const handler: SessionHandler = async (session) => {
      onCookie(session, (cookie) => restored.push(Buffer.from(cookie).toString()));
      for await (const { data } of session) {
        await session.setCookie(TRUE_STATE);
        await session.send(data);
      }
    };
    await arena.element(1, {}, handler);
    const user = await arena.user();
    const session = await arena.run(user.connect(POOL, { resend: true }));
    await arena.run(session.send('secret'));
    await arena.run(session.receive());
    await arena.element(2, {}, handler);
    const stolen = arena.wire.saw(Buffer.from(TRUE_STATE));
    const aborts = arena.wire.aborts;
    arena.wire.edit(forging);
    arena.host('10.0.1.1').kill();
    await arena.run(session.send('again'));
    await arena.pass(10_000);
    arena.wire.edit(undefined);
    await arena.run(session.receive(), 600_000);
    const forged = restored.includes(FALSE_STATE);
    const isTrue = restored.length > 0 && restored.every((state) => state === TRUE_STATE);
    const sights =
      forged || stolen ? ['the state of the session', 'the next element believes the state that was forged'] : [];
    if (arena.wire.aborts > aborts && !forged) sights.push('no cookie; what it changes ends the association');
    if (isTrue) sights.push('afterwards the session goes on with its true state');
    return { succeeded: forged || stolen || !(forged || isTrue), saw: list(...sights) };
  },
};

/** A COOKIE_ECHO gets another state; of what is TLS a bit is changed. */
const forging: Edit = (message) => {
  if (message.from !== '10.0.2.1' || message.to !== '10.0.1.2') return undefined;
  try {
    if (message.ppid === PPID.asap && decodeAsap(message.bytes).kind === 'cookie-echo') {
      return asap({ kind: 'cookie-echo', cookie: Buffer.from(FALSE_STATE) });
    }
  } catch (error) {
    if (!(error instanceof WireError)) throw error;
  }
  if (!isRecord(message)) return undefined;
  const changed = message.bytes.slice();
  changed[changed.length - 1]! ^= 1;
  return changed;
};

/** RFC 5355 §2.16: the user itself forges it. TLS does not help here: the secured element signs its cookies. */
export const forgedByUser: Attack = {
  threat: '2.16 b',
  what: 'A user hands an element a cookie that no element has made; elements of the secured scope sign theirs',
  succeedsAgainst: { plain: true, secured: false },
  async run(arena) {
    await arena.registrar(1);
    const cookies = new SignedCookies(new Uint8Array(32).fill(1));
    const restored: (string | undefined)[] = [];
    const read = (cookie: Uint8Array): Uint8Array | undefined => (arena.isSecured ? cookies.verify(cookie) : cookie);
    const text = (state: Uint8Array | undefined): string | undefined => state && Buffer.from(state).toString();
    await arena.element(1, { sctpPort: 4711 }, (session) => {
      onCookie(session, (cookie) => restored.push(text(read(cookie))));
      return session.receive().then(() => undefined);
    });
    await present(arena, Buffer.from(FALSE_STATE));
    // One of the element's own is taken: the attack would not be stopped otherwise than by the signature.
    await present(arena, arena.isSecured ? cookies.sign(TRUE_STATE) : Buffer.from(TRUE_STATE));
    const [forged, own] = restored;
    const saw =
      forged === undefined ? 'nothing; the element takes it for no cookie' : 'the element goes on from the false state';
    return { succeeded: forged === FALSE_STATE || own !== TRUE_STATE, saw };
  },
};

/** Calls back for the cookie that a session began with, and for those that come later. */
function onCookie(session: ElementSession, listener: (cookie: Uint8Array) => void): void {
  if (session.cookie !== undefined) listener(session.cookie);
  session.onCookieEcho(listener);
}

async function present(arena: Arena, cookie: Uint8Array): Promise<void> {
  const tls = arena.isSecured ? { ca: authority.cert } : undefined;
  const user = await arena.contact({ sctpPort: 4711, tls }, PPID.asap, { address: '10.0.1.1' });
  user.say(asap({ kind: 'cookie-echo', cookie }));
  await arena.pass(500);
}
