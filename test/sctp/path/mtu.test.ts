import { describe, expect, it } from 'vitest';
import { endpointConfig } from '../../../src/sctp/core/config.ts';
import { pmtuLimits } from '../../../src/sctp/path/mtu.ts';

const DEFAULTS = endpointConfig();

describe('limits of the path MTU', () => {
  it('[PLPMTU-0050] [PLPMTU-0051] [PLPMTU-0052] [PLPMTU-0037] least, base and largest size, without IP and UDP headers', () => {
    expect(pmtuLimits(DEFAULTS, '10.0.0.2', undefined)).toMatchObject({
      minBytes: 548,
      baseBytes: 1200,
      maxBytes: 1472,
    });
    expect(pmtuLimits(DEFAULTS, '2001:db8::2', undefined)).toMatchObject({
      minBytes: 1232,
      baseBytes: 1232,
      maxBytes: 1452,
    });
    expect(pmtuLimits(DEFAULTS, '10.0.0.2', 9000).maxBytes).toBe(8972);
    expect(pmtuLimits(DEFAULTS, '2001:db8::2', 9000).maxBytes).toBe(8952);
  });

  it('[PLPMTU-0007] [PLPMTU-0051] [PLPMTU-0078] up to 32 KiB by default and never beyond the link; nothing new where the link is not known', () => {
    const upTo = (settings: Partial<typeof DEFAULTS>, linkMtuBytes: number | undefined): number =>
      pmtuLimits({ ...DEFAULTS, ...settings }, '10.0.0.2', linkMtuBytes).maxBytes;
    expect(upTo({}, 65_535)).toBe(32_740);
    expect(upTo({ maxPathMtuBytes: 65_535 }, 65_535)).toBe(65_504);
    expect(upTo({ maxPathMtuBytes: 9000 }, 4000)).toBe(3972);
    expect([upTo({}, 1400), upTo({}, undefined), upTo({ maxPathMtuBytes: 0 }, 9000)]).toEqual([1472, 1472, 1472]);
  });

  it('[PLPMTU-0043] a base as large as the initial MTU, or larger, leaves nothing to fall back to', () => {
    const fixed = { ...DEFAULTS, pathMtuBytes: 1400, basePathMtuBytes: 1500, maxPathMtuBytes: 1300 };
    expect(pmtuLimits(fixed, '10.0.0.2', 9000)).toMatchObject({ baseBytes: 1372, maxBytes: 1372 });
  });

  it('[PLPMTU-0050] who says that an IPv6 path takes less than 1280 bytes is believed', () => {
    const small = { ...DEFAULTS, pathMtuBytes: 1000 };
    expect(pmtuLimits(small, '2001:db8::2', undefined)).toMatchObject({ minBytes: 952, baseBytes: 952, maxBytes: 952 });
  });

  it('[PLPMTU-0062] sizes are multiples of four, common ones among them', () => {
    const { commonBytes, maxBytes } = pmtuLimits({ ...DEFAULTS, pathMtuBytes: 1503 }, '10.0.0.2', undefined);
    expect(maxBytes).toBe(1472);
    expect(commonBytes.every((bytes) => bytes % 4 === 0)).toBe(true);
    expect(commonBytes).toContain(1472);
  });
});
