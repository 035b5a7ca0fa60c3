import { RSerPoolError } from '../errors.ts';
import { POLICY_TYPE, type PolicyParameter, policyTypeOf } from '../wire/policy.ts';
import { PoolHandle } from '../wire/pool-handle.ts';
import { namesOf, type PeerIdentity } from './identity.ts';
import { Pattern } from './pattern.ts';

/** What some identities may do. Local policy beyond "has a key": RFC 3237 §2.13.2, RFC 5355 §2.4. */
export interface AccessRule {
  /**
   * Whom it is for: `psk:NAME`, `dns:NAME`, `ip:ADDRESS` or `uri:URI` of a certificate, `anonymous` for users that show
   * nothing; `*` stands for any characters.
   */
  readonly who: string;
  /** Pools that it may register in, `*` as above; none unless given. */
  readonly register?: readonly string[] | undefined;
  /** PE identifiers that it may register with, as numbers or `FROM-TO`; any unless given. */
  readonly elements?: readonly (number | string)[] | undefined;
  /** Policies that it may register with, as `round-robin`; any unless given. */
  readonly policies?: readonly string[] | undefined;
  /** Pools that it may resolve, or report elements of; none unless given. */
  readonly resolve?: readonly string[] | undefined;
  /** Whether it may be a registrar of this scope; no unless given. */
  readonly peer?: boolean | undefined;
}

/** A registration that somebody asks for. */
export interface WantedRegistration {
  readonly poolHandle: PoolHandle;
  readonly peIdentifier: number;
  readonly policy: PolicyParameter;
}

interface Grant {
  readonly who: Pattern;
  readonly register: readonly Pattern[];
  readonly elements: readonly (readonly [from: number, to: number])[] | undefined;
  readonly policyTypes: ReadonlySet<number> | undefined;
  readonly resolve: readonly Pattern[];
  readonly peer: boolean;
}

const MAX_IDENTIFIER = 0xffff_ffff;

/**
 * Who may do what at a registrar. What one rule grants is granted; without any rule, everybody may register who has a key
 * or certificate that the registrar accepts, everybody may resolve, and who has a registrar's key is a registrar. Once there
 * is a rule, what none grants is denied. Who is a registrar by its certificate needs a rule in any case.
 */
export class AccessRules {
  readonly #grants: readonly Grant[];

  /** @throws RSerPoolError `ERR_RSERPOOL_BAD_ARGUMENT`, which names the rule and what is accepted */
  constructor(rules: readonly AccessRule[] = []) {
    this.#grants = rules.map(grantOf);
  }

  /** Why somebody may not register, or `undefined` if it may. */
  refusesRegistration(identity: PeerIdentity, wanted: WantedRegistration): string | undefined {
    if (identity.kind === 'anonymous') return 'only who has a key or a certificate registers';
    if (this.#grants.length === 0) return undefined;
    const { poolHandle, peIdentifier, policy } = wanted;
    const grants = this.#of(identity).filter(({ register }) => matches(register, poolHandle));
    if (grants.length === 0) return `no rule lets it register in ${poolHandle}`;
    const byElement = grants.filter(
      ({ elements }) => elements?.some(([from, to]) => from <= peIdentifier && peIdentifier <= to) ?? true,
    );
    if (byElement.length === 0) return `no rule lets it be element ${peIdentifier} of ${poolHandle}`;
    if (byElement.some(({ policyTypes }) => policyTypes?.has(policyTypeOf(policy)) ?? true)) return undefined;
    return `no rule lets it register in ${poolHandle} with policy ${policy.kind}`;
  }

  /** Why somebody may not ask for a pool, or report its elements; `undefined` if it may. */
  refusesResolution(identity: PeerIdentity, poolHandle: PoolHandle): string | undefined {
    if (this.#grants.length === 0) return undefined;
    const granted = this.#of(identity).some(({ resolve }) => matches(resolve, poolHandle));
    return granted ? undefined : `no rule lets it resolve ${poolHandle}`;
  }

  /** Why somebody may not be a registrar; `undefined` if it may. */
  refusesPeer(identity: PeerIdentity): string | undefined {
    if (identity.kind === 'anonymous') return 'only who has a key or a certificate is a registrar';
    if (this.#of(identity).some(({ peer }) => peer)) return undefined;
    // Keys of registrars are registrars' alone; an authority signs certificates of elements and users as well.
    if (identity.kind === 'psk' && this.#grants.length === 0) return undefined;
    return 'no rule lets it be a registrar';
  }

  #of(identity: PeerIdentity): readonly Grant[] {
    const names = namesOf(identity);
    return this.#grants.filter(({ who }) => names.some((name) => who.matches(name)));
  }
}

function matches(pools: readonly Pattern[], { key }: PoolHandle): boolean {
  return pools.some((pool) => pool.matches(key));
}

/** Byte by byte, as handles are compared: what a handle is shown as may be the same for two. */
function poolPattern(text: string): Pattern {
  return new Pattern(new PoolHandle(new TextEncoder().encode(text)).key);
}

function grantOf(rule: AccessRule): Grant {
  const { who, register = [], elements, policies, resolve = [], peer = false } = rule;
  if (!/^(?:psk|dns|ip|uri):.|^anonymous$|^\*$/.test(who)) {
    throw bad(rule, `who is ${JSON.stringify(who)}: expected psk:NAME, dns:NAME, ip:ADDRESS, uri:URI, anonymous or *`);
  }
  return {
    who: new Pattern(who),
    register: register.map(poolPattern),
    elements: elements?.map((range) => rangeOf(range, rule)),
    policyTypes: policies && new Set(policies.map((kind) => typeOf(kind, rule))),
    resolve: resolve.map(poolPattern),
    peer,
  };
}

function rangeOf(range: number | string, rule: AccessRule): readonly [number, number] {
  const [, from, to = from] = /^(\d+)(?:-(\d+))?$/.exec(String(range)) ?? [];
  const [first, last] = [Number(from), Number(to)];
  if (from !== undefined && first >= 1 && first <= last && last <= MAX_IDENTIFIER) return [first, last];
  throw bad(rule, `elements has ${JSON.stringify(range)}: expected a PE identifier, or FROM-TO`);
}

function typeOf(kind: string, rule: AccessRule): number {
  const type = Object.hasOwn(POLICY_TYPE, kind) ? POLICY_TYPE[kind as keyof typeof POLICY_TYPE] : undefined;
  if (type !== undefined) return type;
  throw bad(rule, `policies has ${JSON.stringify(kind)}: expected one of ${Object.keys(POLICY_TYPE).join(', ')}`);
}

function bad(rule: AccessRule, text: string): RSerPoolError {
  return new RSerPoolError('ERR_RSERPOOL_BAD_ARGUMENT', `access rule for ${rule.who}: ${text}`, { rule });
}
