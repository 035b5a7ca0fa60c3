import { PATIENCE_MS } from '../patience.ts';

/** What emits every protocol event as `event`: a registrar, a pool element or a pool user of ours. */
interface Source<Event> {
  on(name: 'event', listener: (event: Event) => void): unknown;
}

interface Waiting {
  look(): void;
}

/** The events of one of our nodes, to be waited for and counted. */
export class EventLog<Event extends { readonly kind: string }> {
  readonly events: Event[] = [];
  readonly #waiting = new Set<Waiting>();

  constructor(source: Source<Event>) {
    source.on('event', (event) => {
      this.events.push(event);
      for (const waiting of this.#waiting) waiting.look();
    });
  }

  /** The events of a kind so far. */
  of<Kind extends Event['kind']>(kind: Kind): readonly Extract<Event, { readonly kind: Kind }>[] {
    return this.events.filter((event): event is Extract<Event, { readonly kind: Kind }> => event.kind === kind);
  }

  /** Resolves with the first event of a kind that has these details, seen already or to come. */
  seen<Kind extends Event['kind']>(
    kind: Kind,
    details: Partial<Extract<Event, { readonly kind: Kind }>> = {},
    limitMs = PATIENCE_MS,
  ): Promise<Extract<Event, { readonly kind: Kind }>> {
    return new Promise((resolve, reject) => {
      const end = (): void => {
        clearTimeout(limit);
        this.#waiting.delete(waiting);
      };
      const waiting: Waiting = {
        look: () => {
          const found = this.of(kind).find((event) =>
            Object.entries(details).every(([name, value]) => event[name as keyof typeof event] === value),
          );
          if (found === undefined) return;
          end();
          resolve(found);
        },
      };
      const limit = setTimeout(() => {
        end();
        const what = `${kind} ${JSON.stringify(details)}`;
        reject(new Error(`no event ${what} in ${limitMs} ms; ${this.events.map((event) => event.kind).join(', ')}`));
      }, limitMs);
      this.#waiting.add(waiting);
      waiting.look();
    });
  }
}
