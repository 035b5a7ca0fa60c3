import { describe, expect, it } from 'vitest';
import { endpointConfig } from '../../../src/sctp/core/config.ts';
import { pmtuLimits } from '../../../src/sctp/path/mtu.ts';

const DEFAULTS = endpointConfig();

describe('limits of the path MTU', () => {
  it('[PLPMTU-0050] [PLPMTU-0051] [PLPMTU-0052] [PLPMTU-0037] least, base and largest size, without IP and UDP headers', () => {
    expect(pmtuLimits(DEFAULTS, '10.0.0.2')).toMatchObject({ minBytes: 548, baseBytes: 1200, maxBytes: 1472 });
    expect(pmtuLimits(DEFAULTS, '2001:db8::2')).toMatchObject({ minBytes: 1232, baseBytes: 1232, maxBytes: 1452 });
    const jumbo = { ...DEFAULTS, maxPathMtuBytes: 9000 };
    expect(pmtuLimits(jumbo, '10.0.0.2').maxBytes).toBe(8972);
    expect(pmtuLimits(jumbo, '2001:db8::2').maxBytes).toBe(8952);
  });

  it('[PLPMTU-0043] a base as large as the initial MTU, or larger, leaves nothing to fall back to', () => {
    const fixed = { ...DEFAULTS, pathMtuBytes: 1400, basePathMtuBytes: 1500, maxPathMtuBytes: 1300 };
    expect(pmtuLimits(fixed, '10.0.0.2')).toMatchObject({ baseBytes: 1372, maxBytes: 1372 });
  });

  it('[PLPMTU-0050] who says that an IPv6 path takes less than 1280 bytes is believed', () => {
    const small = { ...DEFAULTS, pathMtuBytes: 1000 };
    expect(pmtuLimits(small, '2001:db8::2')).toMatchObject({ minBytes: 952, baseBytes: 952, maxBytes: 952 });
  });

  it('[PLPMTU-0062] sizes are multiples of four, common ones among them', () => {
    const { commonBytes, maxBytes } = pmtuLimits({ ...DEFAULTS, pathMtuBytes: 1503 }, '10.0.0.2');
    expect(maxBytes).toBe(1472);
    expect(commonBytes.every((bytes) => bytes % 4 === 0)).toBe(true);
    expect(commonBytes).toContain(1472);
  });
});
