import { describe, expect, it } from 'vitest';
import { elementConfig, elementSettings } from '../../../src/rserpool/element/config.ts';
import { registrarConfig, registrarSettings } from '../../../src/rserpool/registrar/config.ts';
import { userConfig, userSettings } from '../../../src/rserpool/user/config.ts';

interface NumberSetting {
  readonly default: number;
  readonly min: number;
  readonly max: number;
}

const roles = [
  ['user', userSettings, userConfig],
  ['element', elementSettings, elementConfig],
  ['registrar', registrarSettings, registrarConfig],
] as const;

describe('settings', () => {
  it('[REQ-033] every time of every role can be set, by itself, within its range', () => {
    for (const [role, settings, complete] of roles) {
      const times = Object.entries(settings).filter(([name]) => name.endsWith('Ms'));
      expect(times.length, role).toBeGreaterThan(5);
      for (const [name, setting] of times as unknown as [string, NumberSetting][]) {
        const other = Math.max(setting.min, Math.min(setting.max, 0.75 * setting.default));
        const config = complete({ [name]: other }) as unknown as Record<string, number>;
        expect(config[name], `${role} ${name}`).toBe(other);
        expect(() => complete({ [name]: setting.max + 1 }), `${role} ${name}`).toThrow(name);
      }
    }
  });

  it('[REQ-033] the timers of RFC 5352 §7.1 and the thresholds of §7.2 and §7.3 are among them', () => {
    expect(Object.keys(userSettings)).toEqual(
      expect.arrayContaining(['t1EnrpRequestMs', 't5ServerhuntMs', 't7EnrpOutdateMs', 'staleCacheMs', 'retranMaxMs']),
    );
    expect(Object.keys(elementSettings)).toEqual(
      expect.arrayContaining(['t2RegistrationMs', 't3DeregistrationMs', 't4ReregistrationMs', 'maxRegAttempt']),
    );
    expect(Object.keys(registrarSettings)).toEqual(expect.arrayContaining(['announceCycleMs', 'maxBadPeReports']));
  });
});
