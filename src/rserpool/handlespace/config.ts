import { type ConfigOf, completeConfig } from '../../base/config.ts';

/** How much a handlespace holds at most. What does not fit is refused with `lack-of-resources` (RFC 5354 §3.12.7). */
export const handlespaceSettings = {
  /** Pools. */
  maxPools: { default: 16_384, min: 1, max: 1 << 22 },
  /** Elements of all pools together. */
  maxElements: { default: 131_072, min: 1, max: 1 << 22 },
  /** Elements whose parameters are kept as objects; of all others only the bytes are. */
  maxUnpackedElements: { default: 1024, min: 1, max: 1 << 22 },
  /** Bytes of all pool handles together: one of them may have 65531 (RFC 5354 §3.9). */
  maxHandleBytes: { default: 16 * 1024 * 1024, min: 1, max: 2 ** 31 },
} as const;

export type HandlespaceConfig = ConfigOf<typeof handlespaceSettings>;

/**
 * The complete limits of a handlespace, checked.
 * @throws ConfigError
 */
export function handlespaceConfig(partial: Partial<HandlespaceConfig> = {}): HandlespaceConfig {
  return completeConfig(handlespaceSettings, partial);
}
