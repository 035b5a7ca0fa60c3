import { SeededRandom } from '../../test/harness/random.ts';
import type { Fate } from './network.ts';

/** What a bad network does to packets. */
export interface Weather {
  /** Part of the packets that are lost. */
  readonly lossRate: number;
  /** Part of the packets that come twice. */
  readonly duplicateRate: number;
  /** Every packet is late by anything up to this, so that they overtake each other. */
  readonly jitterMs: number;
}

/** What has happened so far. */
export interface WeatherReport {
  packets: number;
  lost: number;
  doubled: number;
}

/** The weather as a fate for every packet. Equal seeds decide equally about equal rows of packets. */
export function badWeather(weather: Weather, seed: number): { readonly fate: Fate; readonly report: WeatherReport } {
  const random = new SeededRandom(seed);
  const report: WeatherReport = { packets: 0, lost: 0, doubled: 0 };
  const delayMs = (): number => random.below(weather.jitterMs + 1);
  const fate: Fate = () => {
    report.packets++;
    if (random.chance(weather.lossRate)) {
      report.lost++;
      return [];
    }
    if (!random.chance(weather.duplicateRate)) return [delayMs()];
    report.doubled++;
    return [delayMs(), delayMs()];
  };
  return { fate, report };
}
