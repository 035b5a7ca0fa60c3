import { type ConfigOf, completeConfig } from '../../base/config.ts';

/** When names of registrars are looked up again. */
export const lookupSettings = {
  /** How long an answer is used if it does not say itself, ms. Neither the system's lookup nor Node's SRV query does. */
  nameTtlMs: { default: 60_000, min: 1, max: 86_400_000, integer: false },
  /** Pause before names are looked up again while no registrar can be reached, ms; it doubles up to `nameTtlMs`. */
  nameRetryMs: { default: 5000, min: 1, max: 3_600_000, integer: false },
  /** Addresses that are taken from the names of one place. */
  maxAddressesPerName: { default: 32, min: 1, max: 1024 },
} as const;

export type LookupConfig = ConfigOf<typeof lookupSettings>;

/** @throws ConfigError */
export function lookupConfig(partial: Partial<LookupConfig> = {}): LookupConfig {
  return completeConfig(lookupSettings, partial);
}
