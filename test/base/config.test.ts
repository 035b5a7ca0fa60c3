import { describe, expect, it } from 'vitest';
import { ConfigError, completeConfig } from '../../src/base/config.ts';

const SETTINGS = {
  rtoMinMs: { default: 1000, min: 1, max: 60_000 },
  alpha: { default: 0.125, min: 0, max: 1, integer: false },
  delayedAck: { default: true },
  mode: { default: 'fast', oneOf: ['fast', 'slow'] },
} as const;

describe('completeConfig', () => {
  it('fills in defaults, also for undefined', () => {
    const defaults = { rtoMinMs: 1000, alpha: 0.125, delayedAck: true, mode: 'fast' };
    expect(completeConfig(SETTINGS)).toEqual(defaults);
    expect(completeConfig(SETTINGS, { rtoMinMs: undefined, delayedAck: undefined })).toEqual(defaults);
  });

  it('takes what is given, the bounds included', () => {
    const given = { rtoMinMs: 1, alpha: 1, delayedAck: false, mode: 'slow' } as const;
    expect(completeConfig(SETTINGS, given)).toEqual(given);
    expect(completeConfig(SETTINGS, { rtoMinMs: 60_000 }).rtoMinMs).toBe(60_000);
  });

  it('is frozen, and leaves the input alone', () => {
    const given = { rtoMinMs: 5 };
    const config = completeConfig(SETTINGS, given);
    expect(Object.isFrozen(config)).toBe(true);
    expect(given).toEqual({ rtoMinMs: 5 });
  });

  it('gives the same object for the same values, however they are given, and another one for others', () => {
    const config = completeConfig(SETTINGS, { rtoMinMs: 5 });
    expect(completeConfig(SETTINGS, { rtoMinMs: 5, alpha: 0.125, mode: undefined })).toBe(config);
    expect(completeConfig(SETTINGS, { rtoMinMs: 6 })).toEqual({ ...config, rtoMinMs: 6 });
    expect(completeConfig(SETTINGS)).toEqual({ ...config, rtoMinMs: 1000 });
    expect(config.rtoMinMs).toBe(5);
    // What is refused is refused, whatever was asked for before.
    const nothing = { rtoMin: undefined } as object;
    expect(() => completeConfig(SETTINGS, nothing)).toThrow('unknown setting "rtoMin"');
  });

  it.each([
    [{ rtoMinMs: 0 }, 'rtoMinMs is 0, but takes a whole number from 1 to 60000'],
    [{ rtoMinMs: 60_001 }, 'rtoMinMs is 60001, but takes a whole number from 1 to 60000'],
    [{ rtoMinMs: 1.5 }, 'rtoMinMs is 1.5, but takes a whole number from 1 to 60000'],
    [{ rtoMinMs: '5' }, 'rtoMinMs is "5", but takes a whole number from 1 to 60000'],
    [{ alpha: 1.1 }, 'alpha is 1.1, but takes a number from 0 to 1'],
    [{ alpha: Number.NaN }, 'alpha is null, but takes a number from 0 to 1'],
    [{ delayedAck: 1 }, 'delayedAck is 1, but takes true or false'],
    [{ mode: 'medium' }, 'mode is "medium", but takes one of fast, slow'],
    [{ rtoMin: 5 }, 'unknown setting "rtoMin"; known are rtoMinMs, alpha, delayedAck, mode'],
    [{ toString: 5 }, 'unknown setting "toString"; known are rtoMinMs, alpha, delayedAck, mode'],
  ])('refuses %j in one clear line', (given, message) => {
    expect(() => completeConfig(SETTINGS, given as object)).toThrow(new ConfigError(message, {}).message);
    try {
      completeConfig(SETTINGS, given as object);
    } catch (error) {
      expect(error).toBeInstanceOf(ConfigError);
      expect((error as ConfigError).code).toBe('ERR_BAD_CONFIG');
      expect((error as ConfigError).details.name).toBe(Object.keys(given)[0]);
    }
  });
});
