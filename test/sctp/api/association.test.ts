import { describe, expect, it } from 'vitest';
import { SctpAssociation } from '../../../src/sctp/api/association.ts';
import type { AssociationEvent, AssociationStatus, CloseReason, SendRequest } from '../../../src/sctp/core/contract.ts';
import { NO_EXTENSIONS } from '../../../src/sctp/core/extensions.ts';
import { Driver } from '../../../src/sctp/udp/driver.ts';
import { UdpEncapsulation } from '../../../src/sctp/udp/encapsulation.ts';
import { SimNetwork } from '../../harness/network.ts';
import { SeededRandom } from '../../harness/random.ts';
import { SimHost } from '../../harness/sim-substrate.ts';
import { VirtualClock } from '../../harness/virtual-clock.ts';
import { collectUncaught } from '../udp/collect-uncaught.ts';
import { ScriptedCore } from '../udp/scripted-core.ts';

const FINAL = { state: 'CLOSED', bufferedBytes: 0, paths: [] } as unknown as AssociationStatus;
const UP = {
  kind: 'up',
  initiator: 'local',
  outboundStreams: 4,
  inboundStreams: 4,
  extensions: NO_EXTENSIONS,
} as const;

function message(text: string, windowBytes = text.length): AssociationEvent {
  const data = new TextEncoder().encode(text);
  return { kind: 'message', data, streamId: 3, ssn: 7, ppid: 11, unordered: true, source: '10.0.0.9', windowBytes };
}

function closed(kind: CloseReason['kind']): AssociationEvent {
  return { kind: 'closed', reason: { kind, text: `it was ${kind}`, causes: [] }, final: FINAL };
}

const text = (data: Uint8Array): string => new TextDecoder().decode(data);
/** Lets all promises settle that can. */
const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** An association over a core that does what the test says. */
async function setUp() {
  const clock = new VirtualClock();
  const random = new SeededRandom(1);
  const network = new SimNetwork({ clock, random });
  const substrate = new SimHost(network, network.addNode('a', ['10.0.0.1']), random);
  const encapsulation = await UdpEncapsulation.open({ addresses: ['10.0.0.1'], substrate });
  const core = new ScriptedCore();
  const driver: Driver = new Driver({
    core,
    encapsulation,
    owner: { handleEvent: (_id, event) => association.handleEvent(event), close: async () => {} },
  });
  const association = new SctpAssociation(driver, 1, UP);
  const happens = (...events: readonly AssociationEvent[]): Promise<void> => {
    for (const event of events) core.wantsEvent(1, event);
    driver.touched();
    return settle();
  };
  /** The send buffer has room for so many messages. */
  const accepts = (room: number): readonly SendRequest[] => {
    const accepted: SendRequest[] = [];
    core.onSend = (request) => accepted.length < room && accepted.push(request) > 0;
    return accepted;
  };
  return { clock, core, association, happens, accepts };
}

describe('SctpAssociation: receiving', () => {
  it('[SCTP-1013] [SCTP-1023] gives a message with its stream, SSN, PPID and order', async () => {
    const { association, happens } = await setUp();
    await happens(message('hello'));
    const { data, ...rest } = await association.receive();
    expect(text(data)).toBe('hello');
    expect(rest).toEqual({ stream: 3, ppid: 11, unordered: true, source: '10.0.0.9', ssn: 7, partial: undefined });
  });

  it('frees the window when the application reads, not before', async () => {
    const { association, core, happens } = await setUp();
    await happens(message('one', 100), message('two', 200));
    expect(core.calls).toEqual([]);
    await association.receive();
    expect(core.calls).toEqual(['consumed 1 100']);
    const next = association.messages();
    await next.next();
    expect(core.calls).toEqual(['consumed 1 100', 'consumed 1 200']);
  });

  it('frees the window at once for a reader that waits already', async () => {
    const { association, core, happens } = await setUp();
    const received = association.receive();
    await happens(message('one', 100));
    expect(core.calls).toEqual(['consumed 1 100']);
    expect(text((await received).data)).toBe('one');
  });

  it('[API-0108] hands messages over at once while there is a listener, those that came before it first', async () => {
    const { association, core, happens } = await setUp();
    await happens(message('one', 1), message('two', 2));
    const seen: string[] = [];
    association.on('message', ({ data }) => seen.push(text(data)));
    expect(seen).toEqual([]);
    await happens(message('three', 3));
    expect(seen).toEqual(['one', 'two', 'three']);
    expect(core.calls).toEqual(['consumed 1 1', 'consumed 1 2', 'consumed 1 3']);
  });

  it('`once` takes one message and leaves the others', async () => {
    const { association, happens } = await setUp();
    await happens(message('one'), message('two'));
    const seen: string[] = [];
    association.once('message', ({ data }) => seen.push(text(data)));
    await settle();
    expect(seen).toEqual(['one']);
    expect(text((await association.receive()).data)).toBe('two');
  });

  it.each(['shutdown', 'peer-shutdown'] as const)('a loop ends after the last message at a %s', async (kind) => {
    const { association, happens } = await setUp();
    await happens(message('one'), message('two'), closed(kind));
    const seen: string[] = [];
    for await (const { data } of association) seen.push(text(data));
    expect(seen).toEqual(['one', 'two']);
    await expect(association.receive()).rejects.toMatchObject({ code: 'ERR_SCTP_CLOSED' });
  });

  it.each([
    ['peer-aborted', 'ERR_SCTP_ABORTED_BY_PEER'],
    ['lost', 'ERR_SCTP_LOST'],
    ['protocol-violation', 'ERR_SCTP_ABORTED'],
    ['aborted', 'ERR_SCTP_ABORTED'],
  ] as const)('a loop throws if the association was %s, after the last message', async (kind, code) => {
    const { association, happens } = await setUp();
    await happens(message('one'), closed(kind));
    const seen: string[] = [];
    const loop = async () => {
      for await (const { data } of association) seen.push(text(data));
    };
    await expect(loop()).rejects.toMatchObject({ code, message: `it was ${kind}`, details: { kind } });
    expect(seen).toEqual(['one']);
  });

  it('ends the waits of readers at the end', async () => {
    const { association, happens } = await setUp();
    const ends = Promise.allSettled([association.receive(), association.messages().next()]);
    await happens(closed('peer-shutdown'));
    const [receive, next] = await ends;
    expect(receive).toMatchObject({ reason: { code: 'ERR_SCTP_CLOSED' } });
    expect(next).toEqual({ status: 'fulfilled', value: { done: true, value: undefined } });
  });

  it('leaving a loop leaves the association open', async () => {
    const { association, core, happens } = await setUp();
    await happens(message('one'), message('two'));
    for await (const { data } of association) {
      expect(text(data)).toBe('one');
      break;
    }
    for await (const { data } of association) {
      expect(text(data)).toBe('two');
      break;
    }
    expect(core.calls.filter((call) => !call.startsWith('consumed'))).toEqual([]);
  });

  it('does not trouble the core about messages read after the end', async () => {
    const { association, core, happens } = await setUp();
    await happens(message('one'), closed('lost'));
    await association.receive();
    expect(core.calls).toEqual([]);
  });
});

describe('SctpAssociation: sending', () => {
  it('[API-0109] sends on stream 0, ordered, with PPID 0, unless told otherwise', async () => {
    const { association, accepts } = await setUp();
    const accepted = accepts(2);
    await association.send('hello');
    const context = { some: 'thing' };
    const options = { stream: 3, ppid: 11, unordered: true, lifetimeMs: 500, sackImmediately: true, context };
    await association.send(Uint8Array.of(1, 2), options);
    expect(accepted).toEqual([
      expect.objectContaining({ streamId: 0, ppid: 0, unordered: false }),
      {
        data: Uint8Array.of(1, 2),
        streamId: 3,
        ppid: 11,
        unordered: true,
        lifetimeMs: 500,
        sackImmediately: true,
        destination: undefined,
        context,
      },
    ]);
    expect(text(accepted[0]!.data)).toBe('hello');
  });

  it('waits for room in the send buffer, and keeps the order of the calls', async () => {
    const { association, accepts, happens } = await setUp();
    accepts(0);
    const done: string[] = [];
    for (const name of ['a', 'b', 'c']) void association.send(name).then(() => done.push(name));
    await settle();
    expect(done).toEqual([]);
    expect(association.bufferedAmount).toBe(3);
    const accepted = accepts(2);
    expect(association.trySend('d')).toBe(false);
    await happens({ kind: 'drain' });
    expect(accepted.map(({ data }) => text(data))).toEqual(['a', 'b']);
    expect(done).toEqual(['a', 'b']);
    expect(association.bufferedAmount).toBe(1);
  });

  it('[API-0023] `trySend` returns false when the buffer is full, and `drain` tells when to try again', async () => {
    const { association, accepts, happens } = await setUp();
    accepts(1);
    let drained = 0;
    association.on('drain', () => drained++);
    expect([association.trySend('a'), association.trySend('b')]).toEqual([true, false]);
    await happens({ kind: 'drain' });
    expect(drained).toBe(1);
  });

  it('a message that the core refuses is an error of its call only', async () => {
    const { association, core, happens } = await setUp();
    core.onSend = () => false;
    const sends = Promise.allSettled(['a', 'b'].map((name) => association.send(name)));
    core.onSend = ({ data }) => {
      if (text(data) === 'a') throw new Error('not this one');
      return true;
    };
    await happens({ kind: 'drain' });
    expect((await sends).map((end) => end.status)).toEqual(['rejected', 'fulfilled']);
  });

  it('ends the waits of senders with what ended the association', async () => {
    const { association, accepts, happens } = await setUp();
    accepts(0);
    const send = expect(association.send('a')).rejects.toMatchObject({ code: 'ERR_SCTP_LOST' });
    await happens(closed('lost'));
    await send;
  });

  it('[API-0024] refuses to send once the peer shuts down, and still reads', async () => {
    const { association, accepts, happens } = await setUp();
    accepts(0);
    const waiting = expect(association.send('a')).rejects.toMatchObject({ code: 'ERR_SCTP_NOT_OPEN' });
    let told = 0;
    association.on('shutting-down', () => told++);
    await happens(message('last words'), { kind: 'shutting-down', messagesReceived: 1, bufferedBytes: 0 });
    await waiting;
    expect(told).toBe(1);
    await expect(association.send('b')).rejects.toMatchObject({ code: 'ERR_SCTP_NOT_OPEN' });
    expect(() => association.trySend('b')).toThrow(expect.objectContaining({ code: 'ERR_SCTP_NOT_OPEN' }));
    expect(text((await association.receive()).data)).toBe('last words');
  });

  it('[AT-85] refuses to send after the end, and says why it ended', async () => {
    const { association, happens } = await setUp();
    await happens(closed('peer-aborted'));
    await expect(association.send('a')).rejects.toMatchObject({
      code: 'ERR_SCTP_NOT_OPEN',
      message: 'the association is closed: it was peer-aborted',
    });
  });

  it('takes bytes and strings only', async () => {
    const { association } = await setUp();
    const send = association.send(17 as unknown as string);
    await expect(send).rejects.toMatchObject({ code: 'ERR_SCTP_BAD_ARGUMENT' });
    const destination = association.send('a', { destination: 'nowhere' });
    await expect(destination).rejects.toMatchObject({ code: 'ERR_SCTP_BAD_ADDRESS' });
  });
});

describe('SctpAssociation: ending', () => {
  it('[SCTP-1007] shuts down after the sends that wait, and resolves when it is closed', async () => {
    const { association, core, accepts, happens } = await setUp();
    accepts(0);
    const send = association.send('a');
    let closedNow = false;
    const shutdown = association.shutdown().then(() => {
      closedNow = true;
    });
    await settle();
    expect(core.calls).toEqual([]);
    await expect(association.send('b')).rejects.toMatchObject({ code: 'ERR_SCTP_NOT_OPEN' });
    accepts(1);
    await happens({ kind: 'drain' });
    await send;
    expect(core.calls).toEqual(['shutdown 1']);
    expect(closedNow).toBe(false);
    await happens(closed('shutdown'));
    await shutdown;
    await association.shutdown();
    expect(core.calls).toEqual(['shutdown 1']);
  });

  it('a wait for room that its signal ends does not hold the shutdown up', async () => {
    const { association, core, accepts } = await setUp();
    accepts(0);
    const controller = new AbortController();
    const send = expect(association.send('a', { signal: controller.signal })).rejects.toThrow('enough');
    association.shutdown().catch(() => undefined);
    controller.abort(new Error('enough'));
    await send;
    await settle();
    expect(core.calls).toEqual(['shutdown 1']);
  });

  it('a shutdown that does not end well rejects with what happened', async () => {
    const { association, happens } = await setUp();
    const shutdown = expect(association.shutdown()).rejects.toMatchObject({ code: 'ERR_SCTP_ABORTED_BY_PEER' });
    await happens(closed('peer-aborted'));
    await shutdown;
  });

  it('aborts once, at once, with the reason', async () => {
    const { association, core, happens } = await setUp();
    association.abort('enough');
    association.abort('again');
    expect(core.calls).toEqual(['abort 1 enough']);
    await expect(association.send('a')).rejects.toMatchObject({ code: 'ERR_SCTP_NOT_OPEN' });
    await happens(message('late'), closed('aborted'));
    expect(core.calls).toEqual(['abort 1 enough']);
    expect(await association.closed).toMatchObject({ kind: 'aborted' });
  });

  it('`closed` resolves with the reason and never rejects', async () => {
    const { association, happens } = await setUp();
    const reasons: CloseReason[] = [];
    association.on('closed', (reason) => reasons.push(reason));
    await happens(closed('lost'));
    expect(reasons).toEqual([await association.closed]);
  });

  it('[API-0133] asyncDispose gives the peer 5 s, then aborts', async () => {
    const { association, clock, core, happens } = await setUp();
    const disposed = association[Symbol.asyncDispose]();
    await settle();
    clock.runUntil(4999);
    expect(core.calls).toEqual(['shutdown 1']);
    clock.runUntil(5000);
    expect(core.calls).toEqual(['shutdown 1', 'abort 1 the peer did not answer SHUTDOWN in time']);
    await happens(closed('aborted'));
    await disposed;
    expect(clock.pending).toBe(0);
  });

  it('asyncDispose of a closed association starts nothing', async () => {
    const { association, clock, core, happens } = await setUp();
    await happens(closed('lost'));
    await association[Symbol.asyncDispose]();
    expect([core.calls, clock.pending]).toEqual([[], 0]);
  });
});

describe('SctpAssociation: events', () => {
  it('[SCTP-1024] [SCTP-1025] [SCTP-1028] [SCTP-1029] [API-0074] tells everything that happens, in order', async () => {
    const { association, happens } = await setUp();
    const seen: unknown[] = [];
    for (const name of ['restart', 'path-changed', 'send-failed', 'dry', 'peer-error'] as const) {
      association.on(name, (...args: unknown[]) => seen.push([name, ...args]));
    }
    const data = Uint8Array.of(1);
    const request = { data, streamId: 2, ppid: 5, unordered: false, context: 'mine' };
    const causes = [{ kind: 'out-of-resource' }] as const;
    await happens(
      { kind: 'path-changed', address: '10.0.0.2', change: 'inactive' },
      { kind: 'send-failed', request, partlySent: true, reason: 'restart' },
      { kind: 'restart' },
      { kind: 'peer-error', causes },
      { kind: 'dry' },
    );
    const failure = {
      data,
      stream: 2,
      ppid: 5,
      unordered: false,
      context: 'mine',
      partlySent: true,
      reason: 'restart',
    };
    expect(seen).toEqual([
      ['path-changed', { address: '10.0.0.2', change: 'inactive' }],
      ['send-failed', failure],
      ['restart'],
      ['peer-error', causes],
      ['dry'],
    ]);
  });

  it('[AT-86] a listener that throws disturbs neither other listeners nor what comes next', async () => {
    const { association, core, happens } = await setUp();
    const seen: string[] = [];
    association.on('message', () => {
      throw new Error('of the application');
    });
    association.on('message', ({ data }) => seen.push(text(data)));
    const uncaught = await collectUncaught(() => happens(message('one', 1), message('two', 2)));
    expect(uncaught).toHaveLength(2);
    expect(seen).toEqual(['one', 'two']);
    expect(core.calls).toEqual(['consumed 1 1', 'consumed 1 2']);
  });
});
