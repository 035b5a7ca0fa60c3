import { WireError } from '../../src/base/errors.ts';
import { PPID } from '../../src/rserpool/role.ts';
import type { AsapMessage } from '../../src/rserpool/wire/asap.ts';
import { decodeAsap } from '../../src/rserpool/wire/asap-codec.ts';
import type { PoolElementParameter } from '../../src/rserpool/wire/element.ts';
import type { EnrpMessage } from '../../src/rserpool/wire/enrp.ts';
import { decodeEnrp } from '../../src/rserpool/wire/enrp-codec.ts';
import { type Arena, ATTACKER, asap, enrp } from './arena.ts';
import { type Attack, list } from './attack.ts';
import type { Edit, Overheard } from './on-path.ts';

/** RFC 5355 §2.10 a: an answer to a user is changed on its way. */
export const corruptedResolution: Attack = {
  threat: '2.10 a',
  what: "Somebody on the path puts its own address into the registrar's answer to a user",
  succeedsAgainst: { plain: true, secured: false },
  async run(arena) {
    await arena.registrar(1);
    await arena.element(1);
    const user = await arena.user();
    arena.wire.edit(
      changing('10.0.2.1', (message) =>
        message.kind === 'handle-resolution-response'
          ? { ...message, elements: message.elements.map(redirected) }
          : undefined,
      ),
    );
    const found = await arena.run(user.resolve('AttackedPool').catch(() => []));
    const misled = JSON.stringify(found).includes(ATTACKER);
    arena.wire.edit(undefined);
    const after = await arena.ask(user);
    return {
      succeeded: misled,
      saw: list(
        misled ? 'the user believes that the element is at its address' : 'no answer that was changed is believed',
        ...endings(arena),
        `afterwards the user hears from ${after.split(':')[0]}`,
      ),
    };
  },
};

/** RFC 5355 §2.10 b: what registrars tell each other is changed on its way. */
export const corruptedUpdate: Attack = {
  threat: '2.10 b',
  what: 'Somebody on the path puts its own address into what a registrar tells another one',
  succeedsAgainst: { plain: true, secured: false },
  async run(arena) {
    await arena.registrar(1);
    const second = await arena.registrar(2);
    arena.wire.edit((message) => {
      if (message.from !== '10.0.0.1' || message.to !== '10.0.0.2') return undefined;
      return changedEnrp(message) ?? flipped(message);
    });
    await arena.element(1);
    await arena.pass(1500);
    const misled = arena.elements(second).some((each) => each.endsWith(ATTACKER));
    arena.wire.edit(undefined);
    await arena.pass(20_000);
    const harm = misled ? 'the other registrar has the element at its address' : 'nothing that was changed is believed';
    const healed =
      arena.elements(second).join() === '1@10.0.1.1' ? ['afterwards the other registrar knows the element'] : [];
    return { succeeded: misled, saw: list(harm, ...endings(arena), ...healed) };
  },
};

/** RFC 5355 §2.10 c: what an element tells its registrar is changed on its way. */
export const corruptedRegistration: Attack = {
  threat: '2.10 c',
  what: 'Somebody on the path changes the SCTP port in what an element registers',
  succeedsAgainst: { plain: true, secured: false },
  async run(arena) {
    await arena.registrar(1);
    arena.wire.edit(
      changing('10.0.0.1', (message) =>
        message.kind === 'registration'
          ? { ...message, element: { ...message.element, userTransport: at('10.0.1.1') } }
          : undefined,
      ),
    );
    const joining = arena.element(1).catch(() => undefined);
    await arena.pass(1500);
    const misled = JSON.stringify(arena.registrars[0]!.snapshot().pools).includes('"port":666');
    arena.wire.edit(undefined);
    await joining;
    const harm = misled ? 'users are sent to the port that it wants' : 'nothing that was changed is believed';
    const healed = arena.elements().length === 1 ? ['afterwards the element is in the pool'] : [];
    return { succeeded: misled, saw: list(harm, ...endings(arena), ...(misled ? [] : healed)) };
  },
};

/** What goes to somebody: what it understands it changes, and of what is TLS it changes a bit. */
function changing(to: string, change: (message: AsapMessage) => AsapMessage | undefined): Edit {
  return (message) => {
    if (message.ppid !== PPID.asap || message.to !== to) return undefined;
    try {
      const changed = change(decodeAsap(message.bytes));
      return changed && asap(changed);
    } catch (error) {
      if (!(error instanceof WireError)) throw error;
      return flipped(message);
    }
  };
}

function changedEnrp({ bytes }: Overheard): Uint8Array | undefined {
  try {
    const message: EnrpMessage = decodeEnrp(bytes);
    return message.kind === 'handle-update' ? enrp({ ...message, element: redirected(message.element) }) : undefined;
  } catch (error) {
    if (!(error instanceof WireError)) throw error;
    return undefined;
  }
}

/** One bit of a record with application data of TLS. */
function flipped({ bytes }: Overheard): Uint8Array | undefined {
  if (bytes[0] !== 23) return undefined;
  const changed = bytes.slice();
  changed[changed.length - 1]! ^= 1;
  return changed;
}

function redirected(element: PoolElementParameter): PoolElementParameter {
  return { ...element, userTransport: at(ATTACKER) };
}

function at(address: string): PoolElementParameter['userTransport'] {
  return { protocol: 'sctp', port: 666, use: 'data-and-control', addresses: [address] };
}

function endings({ wire, isSecured }: Arena): string[] {
  return isSecured && wire.aborts > 0 ? ['the association is aborted'] : [];
}
