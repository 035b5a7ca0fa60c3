import { canonicalIp, type IpAddress, isIpv6 } from '../../base/address.ts';
import type { Entropy } from '../../base/contract.ts';
import type { RegistrarChoice } from '../asap/known-registrars.ts';
import { RSerPoolError } from '../errors.ts';
import type { NameAnswer, NameResolver, ServiceRecord } from './name-resolver.ts';
import { namesOf, type Place } from './place.ts';
import { orderServices } from './service-order.ts';

/** What is looked for. */
export interface LookupService {
  /** As in the names of SRV records. */
  readonly name: 'asap' | 'enrp';
  /** How it may be reached, the preferred way first. */
  readonly protocols: readonly ('sctp' | 'tcp')[];
  /** Where a place names no port. */
  readonly port: number;
  /** Addresses of ours: what no SCTP endpoint on them can reach is left out, if something else is there. */
  readonly localAddresses: readonly IpAddress[];
  readonly maxAddresses: number;
}

export interface LookupResult {
  readonly targets: readonly RegistrarChoice[];
  /** The shortest time that a name server allowed, in seconds. */
  readonly ttlS: number | undefined;
}

/** Looks up one place after the other, as often as it is asked. */
export class PlaceLookup {
  readonly #resolver: NameResolver;
  readonly #entropy: Entropy;
  readonly #service: LookupService;

  constructor(resolver: NameResolver, entropy: Entropy, service: LookupService) {
    this.#resolver = resolver;
    this.#entropy = entropy;
    this.#service = service;
  }

  /**
   * Where the place is at the moment.
   *
   * @throws (rejects) RSerPoolError `ERR_RSERPOOL_LOOKUP` naming the name that is not known, `ERR_RSERPOOL_BAD_ARGUMENT`
   *   for a protocol that is none here
   */
  async resolve(place: Place): Promise<LookupResult> {
    const { protocol } = place;
    if (protocol !== undefined && !this.#service.protocols.includes(protocol)) {
      const accepted = this.#service.protocols.join(' or ');
      const text = `${JSON.stringify(place.text)}: it is reached by ${accepted} only (RFC 5352 §2.1)`;
      throw new RSerPoolError('ERR_RSERPOOL_BAD_ARGUMENT', text, { text: place.text });
    }
    return place.srv ? this.#bySrv(place) : this.#byHosts(place);
  }

  async #byHosts(place: Place): Promise<LookupResult> {
    const { hosts, port = this.#service.port, protocol = 'sctp' } = place;
    const answers = await Promise.all(hosts.map((host) => this.#addresses(host)));
    const addresses = [...new Set(answers.flatMap(({ records }) => records))];
    // Several hosts were written as one multihomed registrar. A name alone may be that or a list of several: each
    // address is tried for itself, and an SCTP peer tells its other ones (RFC 9260 §3.3.3).
    const isOne = hosts.length > 1 || canonicalIp(hosts[0]!) !== undefined;
    return { targets: this.#targets(addresses, isOne, protocol, port, place, 0), ttlS: shortest(answers) };
  }

  async #bySrv(place: Place): Promise<LookupResult> {
    const { hosts, protocol } = place;
    const protocols = protocol === undefined ? this.#service.protocols : [protocol];
    const found = await Promise.allSettled(protocols.map((each) => this.#byService(hosts[0]!, each, place)));
    const results = found.flatMap((each) => (each.status === 'fulfilled' ? [each.value] : []));
    // RFC 2782 knows the service by its protocol: one of them is enough.
    if (results.length === 0) throw (found[0] as PromiseRejectedResult).reason;
    const targets = results.flatMap((result) => result.targets);
    return { targets, ttlS: shortest(results) };
  }

  async #byService(domain: string, protocol: 'sctp' | 'tcp', place: Place): Promise<LookupResult> {
    const name = `_${this.#service.name}._${protocol}.${domain}`;
    const answer = await this.#ask(name, this.#resolver.services(name));
    const offers = answer.records.filter(({ host }) => host !== '.' && host !== '');
    if (offers.length === 0) throw lookupError(name, 'the domain does not offer this service');
    const answers: NameAnswer<unknown>[] = [answer];
    const targets: RegistrarChoice[] = [];
    for (const record of orderServices(offers, this.#entropy).slice(0, this.#service.maxAddresses)) {
      const addresses = await this.#addressesOfOffer(record);
      answers.push(addresses);
      const { port, priority } = record;
      targets.push(...this.#targets(addresses.records, false, protocol, port, place, priority));
    }
    if (targets.length === 0) throw lookupError(name, 'none of its hosts has an address');
    return { targets: targets.slice(0, this.#service.maxAddresses), ttlS: shortest(answers) };
  }

  /** One host of several that is unknown does not hide the others. */
  async #addressesOfOffer({ host }: ServiceRecord): Promise<NameAnswer<IpAddress>> {
    return this.#addresses(host).catch(() => ({ records: [] }));
  }

  async #addresses(host: string): Promise<NameAnswer<IpAddress>> {
    const address = canonicalIp(host);
    if (address !== undefined) return { records: [address] };
    return this.#ask(host, this.#resolver.addresses(host));
  }

  async #ask<T>(name: string, question: Promise<NameAnswer<T>>): Promise<NameAnswer<T>> {
    let answer: NameAnswer<T>;
    try {
      answer = await question;
    } catch (error) {
      const code = (error as { readonly code?: unknown } | undefined)?.code;
      throw lookupError(name, typeof code === 'string' ? code : 'the name server does not answer', error);
    }
    if (answer.records.length === 0) throw lookupError(name, 'it has no such record');
    return answer;
  }

  #targets(
    addresses: readonly IpAddress[],
    isOne: boolean,
    protocol: 'sctp' | 'tcp',
    port: number,
    place: Place,
    priority: number,
  ): RegistrarChoice[] {
    const { udpPort, dialect } = place;
    const usable = (protocol === 'sctp' ? this.#reachable(addresses) : addresses).slice(0, this.#service.maxAddresses);
    // A TCP connection has one address at each end.
    const groups = isOne && protocol === 'sctp' ? [usable] : usable.map((address) => [address]);
    const options = { ...(udpPort !== undefined && { udpPort }), ...(dialect !== undefined && { dialect }) };
    const names = namesOf(place);
    const rest = { ...options, ...(priority !== 0 && { priority }), ...(names.length > 0 && { names }) };
    return groups.map((group) => ({ protocol, addresses: group, port, ...rest }));
  }

  /** Those of the families that we have. */
  #reachable(addresses: readonly IpAddress[]): readonly IpAddress[] {
    const families = new Set(this.#service.localAddresses.map(isIpv6));
    const reachable = addresses.filter((address) => families.has(isIpv6(address)));
    return reachable.length > 0 ? reachable : addresses;
  }
}

function shortest(answers: readonly { readonly ttlS?: number | undefined }[]): number | undefined {
  const known = answers.flatMap(({ ttlS }) => ttlS ?? []);
  return known.length === 0 ? undefined : Math.min(...known);
}

function lookupError(name: string, why: string, cause?: unknown): RSerPoolError {
  return new RSerPoolError('ERR_RSERPOOL_LOOKUP', `"${name}" was not found: ${why}`, { name }, cause);
}
