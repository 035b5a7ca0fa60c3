/** How many of the datagrams do not arrive, and which. */
export interface Loss {
  readonly probability: number;
  readonly seed: number;
}

/** What the parent tells a process of the failover bench. */
export type Order =
  | {
      readonly part: 'registrar';
      readonly id: number;
      readonly sctpPort: number;
      readonly udpPort: number;
      readonly peers: readonly string[];
      /** Resolve something at once, and say how long the first answer took. */
      readonly askItself?: boolean;
    }
  | {
      readonly part: 'element';
      readonly id: number;
      readonly registrars: readonly string[];
      readonly behaviour: 'serves' | 'broken';
    }
  | {
      readonly part: 'user';
      readonly registrars: readonly string[];
      /** It opens and closes so many, before the one that is looked at: then all programs have been at work for a while. */
      readonly sessionsBefore: number;
      /** On its network; none unless given. */
      readonly loss?: Loss | undefined;
    }
  /** To an element: end the session. */
  | { readonly part: 'close' }
  /** To a user: send a request. */
  | { readonly part: 'request' };

/** What a process saw, and when, in ms of the clock that all processes have. */
export interface Sight {
  readonly what: string;
  readonly at: number;
}
