/**
 * Which times a role goes by. `default`: those of this implementation, short, and safe because nobody is given up for a
 * doubt alone; `rfc`: those that RFC 5352 §7 and RFC 5353 §4.2 name; `rsplib`: those of the reference implementation.
 */
export const PROFILES = ['default', 'rfc', 'rsplib'] as const;

export type Profile = (typeof PROFILES)[number];

/** The values of the profiles that differ from the defaults in a role's table of settings. */
export type ProfileValues<Config> = Readonly<Record<Exclude<Profile, 'default'>, Partial<Config>>>;

/** What was given, over what the profile says. */
export function withProfile<Config extends object>(
  values: ProfileValues<Config>,
  profile: Profile,
  given: Partial<Config>,
): Partial<Config> {
  if (profile === 'default') return given;
  const set = Object.entries(given).filter(([, value]) => value !== undefined);
  return { ...values[profile], ...(Object.fromEntries(set) as Partial<Config>) };
}
