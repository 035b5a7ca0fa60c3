import type { NameAnswer, NameResolver, ServiceRecord } from '../../../src/rserpool/index.ts';

/** A name server in memory. What it does not know is `ENOTFOUND`, as the DNS says it. */
export class Names implements NameResolver {
  readonly hosts = new Map<string, readonly string[]>();
  readonly offers = new Map<string, readonly ServiceRecord[]>();
  readonly asked: string[] = [];
  ttlS: number | undefined;

  host(name: string, ...addresses: string[]): this {
    this.hosts.set(name, addresses);
    return this;
  }

  /** @param records `PRIORITY WEIGHT PORT HOST` */
  service(name: string, ...records: string[]): this {
    const parsed = records.map((record) => {
      const [priority, weight, port, host] = record.split(' ');
      return { priority: Number(priority), weight: Number(weight), port: Number(port), host: host! };
    });
    this.offers.set(name, parsed);
    return this;
  }

  addresses(host: string): Promise<NameAnswer<string>> {
    return this.#answer(host, this.hosts.get(host));
  }

  services(name: string): Promise<NameAnswer<ServiceRecord>> {
    return this.#answer(name, this.offers.get(name));
  }

  async #answer<T>(name: string, records: readonly T[] | undefined): Promise<NameAnswer<T>> {
    this.asked.push(name);
    if (records === undefined) throw Object.assign(new Error(`query ENOTFOUND ${name}`), { code: 'ENOTFOUND' });
    return { records, ttlS: this.ttlS };
  }
}
