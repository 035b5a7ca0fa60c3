import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fromHex, toHex } from '../../../src/base/bytes.ts';
import { WireError } from '../../../src/base/errors.ts';
import {
  decodeFractal,
  decodeFractalCookie,
  drawFractal,
  encodeData,
  encodeEnd,
  encodeFractalCookie,
  encodeParameter,
  FRACTAL_PPID,
  type FractalParameter,
  fractalService,
  startService,
} from '../../../src/rserpool/services/index.ts';
import type { Substrate } from '../../../src/sctp/index.ts';
import { delay } from '../../harness/links/delay.ts';
import { ServiceScope } from './service-scope.ts';

/** As captured from rsplib. */
const PARAMETER: FractalParameter = {
  width: 100,
  height: 120,
  maxIterations: 1000,
  algorithm: 'mandelbrot',
  c1Real: 1.1456091677862656,
  c1Imag: 0.28505090314752923,
  c2Real: 1.1456332568831484,
  c2Imag: 0.28501476950220506,
  n: 2,
};
const PARAMETER_HEX =
  '0100003c0000006400000078000003e8000000013ff2546a475a3c923fd23e4624adb0903ff2548389b85e933fd23dae9678e48a4000000000000000';
const COOKIE_HEX =
  '3c46472d5444313e010000040000006400000078000003e8000000013ff2546a475a3c923fd23e4624adb0903ff2548389b85e933fd23dae9678e48a40000000000000000000004f00000040';

describe('the wire format, as captured from rsplib', () => {
  it('PARAMETER', () => {
    expect(decodeFractal(fromHex(PARAMETER_HEX))).toEqual({ kind: 'parameter', parameter: PARAMETER });
    expect(toHex(encodeParameter(PARAMETER))).toBe(PARAMETER_HEX);
  });

  it('the cookie, whose PARAMETER says that it has 4 bytes', () => {
    const next = { x: 79, y: 64 };
    expect(decodeFractalCookie(fromHex(COOKIE_HEX))).toEqual({ parameter: PARAMETER, next });
    expect(toHex(encodeFractalCookie(PARAMETER, next))).toBe(COOKIE_HEX);
  });

  it('DATA and the end', () => {
    const hex = '02000018000000570000007700000002000000710000 00e8';
    const bytes = fromHex(hex);
    expect(decodeFractal(bytes)).toEqual({ kind: 'data', start: { x: 87, y: 119 }, counts: [0x71, 0xe8] });
    expect(encodeData({ x: 87, y: 119 }, [0x71, 0xe8])).toEqual(bytes);
    expect(toHex(encodeEnd())).toBe('02000010ffffffffffffffff00000000');
    expect(decodeFractal(encodeEnd())).toEqual({ kind: 'end' });
  });

  it('every parameter comes back as it went', () => {
    const parameter = fc.record({
      width: fc.integer({ min: 1, max: 65_536 }),
      height: fc.integer({ min: 1, max: 65_536 }),
      maxIterations: fc.integer({ min: 0, max: 1_000_000 }),
      algorithm: fc.constantFrom('mandelbrot' as const, 'mandelbrot-n' as const),
      c1Real: fc.double(),
      c1Imag: fc.double(),
      c2Real: fc.double(),
      c2Imag: fc.double(),
      n: fc.double(),
    });
    fc.assert(
      fc.property(parameter, (value) => {
        expect(decodeFractal(encodeParameter(value))).toEqual({ kind: 'parameter', parameter: value });
        const next = { x: value.width - 1, y: value.height };
        expect(decodeFractalCookie(encodeFractalCookie(value, next))).toEqual({ parameter: value, next });
      }),
    );
  });

  it.each([{ width: 65_537 }, { height: 0 }, { maxIterations: 1_000_001 }, { height: 0xffffffff, width: 0xffffffff }])(
    'what would take too long is refused: %o',
    (change) => {
      const parameter = { ...PARAMETER, ...change };
      expect(() => decodeFractal(encodeParameter(parameter))).toThrow(WireError);
      expect(() => decodeFractalCookie(encodeFractalCookie(parameter, { x: 0, y: 0 }))).toThrow(WireError);
    },
  );

  it.each([
    [100, 0],
    [0, 121],
    [0xffffffff, 0xffffffff],
  ])('a cookie that points outside of its picture is refused: %i, %i', (x, y) => {
    expect(() => decodeFractalCookie(encodeFractalCookie(PARAMETER, { x, y }))).toThrow('outside');
  });

  it('any bytes are a message, an unknown type or a WireError', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 100 }), fc.nat(8), (bytes, n) => {
        if (bytes.length >= 4) bytes.set([bytes[0]! % 4, 0, 0, bytes.length]);
        const cookie = fromHex(COOKIE_HEX);
        cookie.set(bytes.subarray(0, 8), n * 8);
        for (const run of [
          () => decodeFractal(bytes),
          () => decodeFractalCookie(cookie),
          () => decodeFractalCookie(bytes),
        ]) {
          try {
            run();
          } catch (error) {
            expect(error).toBeInstanceOf(WireError);
          }
        }
      }),
    );
  });
});

/** The whole set, with many points inside. */
const PICTURE: FractalParameter = {
  width: 160,
  height: 120,
  maxIterations: 50,
  algorithm: 'mandelbrot',
  c1Real: -0.9,
  c1Imag: 1.125,
  c2Real: 2.1,
  c2Imag: -1.125,
  n: 2,
};

/** The same by the definition, point by point. */
function naive({ width, height, maxIterations, c1Real, c1Imag, c2Real, c2Imag }: FractalParameter): number[] {
  return Array.from({ length: width * height }, (_, i) => {
    const [x, y] = [i % width, Math.floor(i / width)];
    const [cReal, cImag] = [c1Real + (x * (c2Real - c1Real)) / width, c1Imag + (y * (c2Imag - c1Imag)) / height];
    let [real, imag] = [0, 0];
    for (let count = 0; count < maxIterations; count++) {
      [real, imag] = [real * real - imag * imag - cReal, 2 * real * imag - cImag];
      if (real * real + imag * imag >= 2) return count;
    }
    return maxIterations;
  });
}

describe('pictures', () => {
  const draw = (scope: ServiceScope, bands: number, sessions: number, more = {}) =>
    scope.world.run(drawFractal(scope.user, PICTURE, { bands, sessions, clock: scope.userHost, ...more }));

  it('one element draws what the definition says', async () => {
    const scope = await ServiceScope.open();
    await scope.start(fractalService());
    const { counts, progress } = await draw(scope, 1, 1);
    expect([...counts]).toEqual(naive(PICTURE));
    expect(progress).toBe(1);
  });

  it('the N of the second algorithm is the exponent', async () => {
    const scope = await ServiceScope.open();
    await scope.start(fractalService());
    const parameter = { ...PICTURE, width: 40, height: 30, algorithm: 'mandelbrot-n' as const };
    const options = { bands: 1, clock: scope.userHost };
    const square = await scope.world.run(drawFractal(scope.user, parameter, options));
    const cube = await scope.world.run(drawFractal(scope.user, { ...parameter, n: 3 }, options));
    const expected = naive(parameter);
    // Powers are not exact: points at the border may differ.
    expect(square.counts.filter((count, i) => count !== expected[i]).length).toBeLessThan(12);
    expect(cube.counts).not.toEqual(square.counts);
  });

  it('several elements at the same time, two of which die: the picture is the one of a single element', async () => {
    const alone = await ServiceScope.open();
    await alone.start(fractalService());
    const expected = await draw(alone, 8, 1);

    const scope = await ServiceScope.open([delay(20)]);
    for (let i = 0; i < 4; i++) await scope.start(fractalService());
    const failovers: boolean[] = [];
    const killed: number[] = [];
    const onFailover = ({ cookie }: { readonly cookie: boolean }): void => void failovers.push(cookie);
    const onProgress = ({ progress }: { readonly progress: number }): void => {
      const next = progress > 0.1 * (killed.length + 1) && killed.length < 2 ? killed.length + 1 : undefined;
      if (next === undefined) return;
      killed.push(next);
      scope.kill(next);
    };
    const picture = await draw(scope, 8, 4, { onFailover, onProgress });
    expect(Buffer.from(picture.counts.buffer).equals(Buffer.from(expected.counts.buffer))).toBe(true);
    expect(killed).toEqual([1, 2]);
    expect(failovers.length).toBeGreaterThan(0);
  });

  it('elements that leave after some messages hand on the cookie: no point is calculated twice', async () => {
    const scope = await ServiceScope.open();
    for (let i = 0; i < 3; i++) await scope.start(fractalService({ failAfter: 7 }));
    const failovers: boolean[] = [];
    const picture = await draw(scope, 1, 1, {
      onFailover: ({ cookie }: { readonly cookie: boolean }) => failovers.push(cookie),
    });
    expect([...picture.counts]).toEqual(naive(PICTURE));
    // 60 messages, 7 of each element.
    expect(failovers).toEqual(Array.from({ length: 8 }, () => true));
  });

  it.each([
    ['sends no points', encodeEnd(), 2000],
    ['sends nonsense', fromHex('02000008 00000000'), 2000],
    ['is silent', undefined, 5000],
  ])('an element that %s is left for another, and soon', async (_, answer, limitMs) => {
    const scope = await ServiceScope.open();
    let asked = 0;
    await scope.start({
      pool: 'FractalGeneratorPool',
      async serve(session) {
        await session.receive();
        asked++;
        if (answer !== undefined) await session.send(answer, { ppid: FRACTAL_PPID });
        while ((await session.receive()) !== undefined);
      },
    });
    await scope.start(fractalService());
    const before = scope.world.clock.now();
    const picture = await draw(scope, 4, 2, { silenceMs: 3000 });
    expect(scope.world.clock.now() - before).toBeLessThan(limitMs);
    expect([...picture.counts]).toEqual(naive(PICTURE));
    expect(asked).toBeGreaterThan(0);
  });

  it.each([
    ['points that never escape', 0],
    ['points that escape at once', 10],
  ])('a user that asks for the largest picture and goes does not keep the element busy: %s', async (_, c) => {
    const scope = await ServiceScope.open();
    const host = scope.world.host('slow', '10.0.1.1');
    // Calculating takes time: 5 ms a turn.
    const substrate: Substrate = {
      now: () => host.now(),
      setTimer: (at, fire) => host.setTimer(at, fire),
      endOfBatch: (run) => void host.setTimer(host.now() + 5, run),
      endOfTurn: (run) => host.endOfTurn(run),
      openSocket: (options) => host.openSocket(options),
      entropy: host.entropy,
    };
    const options = { registrars: ['10.0.0.1'], addresses: ['10.0.1.1'], substrate };
    const element = await scope.world.run(startService(fractalService(), options));
    const session = await scope.world.run(scope.user.connect('FractalGeneratorPool'));
    const corners = { c1Real: c, c1Imag: c, c2Real: c, c2Imag: c };
    const endless = { ...PICTURE, ...corners, width: 65_536, height: 65_536, maxIterations: 1_000_000 };
    await session.send(encodeParameter(endless), { ppid: FRACTAL_PPID });
    // Points come every second at the latest.
    const before = scope.world.clock.now();
    await scope.world.run(session.receive());
    expect(scope.world.clock.now() - before).toBeLessThan(1400);
    session.close();
    await scope.world.pass(2000);
    expect(element.sessions).toEqual([]);
  });
});
