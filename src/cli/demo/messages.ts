/** What the processes of the demo and their director tell each other, as JSON over IPC. */

/** What a process is to be. */
export type PartSettings = RegistrarSettings | ElementSettings | UserSettings;

interface CommonSettings {
  readonly name: string;
  readonly udpPort: number;
  /** Report every packet that is sent. */
  readonly capture: boolean;
  /** Directory with its keys and certificates, if everything speaks TLS. */
  readonly security: string | undefined;
}

export interface RegistrarSettings extends CommonSettings {
  readonly role: 'registrar';
  /** ENRP places of the other registrars. */
  readonly peers: readonly string[];
}

export interface ElementSettings extends CommonSettings {
  readonly role: 'element';
  readonly pool: string;
  /** ASAP places of all registrars. */
  readonly registrars: readonly string[];
  readonly sctpPort: number;
  readonly peIdentifier: number;
}

export interface UserSettings extends CommonSettings {
  readonly role: 'user';
  readonly pool: string;
  readonly registrars: readonly string[];
}

/** The end in good order is all that is ever asked for. */
export interface PartOrder {
  readonly kind: 'stop';
}

/** How a registrar sees the scope. */
export interface RegistrarView {
  readonly registrarId: number;
  readonly serving: boolean;
  /** Identifiers of the peers that are connected and heard. */
  readonly peers: readonly number[];
  /** PE identifiers in the handlespace. */
  readonly elements: readonly number[];
  /** Those of which it is the home. */
  readonly owned: readonly number[];
}

export interface ElementView {
  /** UDP port of the registrar that is home. */
  readonly homeUdpPort: number | undefined;
}

export interface UserView {
  readonly homeUdpPort: number | undefined;
  /** PE identifier of the element that serves the session. */
  readonly element: number | undefined;
  readonly sent: number;
  readonly answered: number;
  /** Requests sent again after a failover. */
  readonly repeated: number;
  /** Answers with another count than was due. */
  readonly wrong: number;
  /** Who gave the latest answer. */
  readonly answeredBy: number | undefined;
}

export type PartReport =
  | { readonly kind: 'registrar'; readonly view: RegistrarView }
  | { readonly kind: 'element'; readonly view: ElementView }
  | { readonly kind: 'user'; readonly view: UserView }
  | { readonly kind: 'event'; readonly event: PartEvent }
  | PacketReport
  | { readonly kind: 'failed'; readonly text: string };

/** A packet that the process sent. */
export interface PacketReport {
  readonly kind: 'packet';
  /** Wall-clock time in microseconds since 1970. */
  readonly timeUs: number;
  readonly from: string;
  readonly fromUdpPort: number;
  readonly to: string;
  readonly toUdpPort: number;
  /** Base64. */
  readonly payload: string;
}

/** What is worth a line of the timeline. */
export type PartEvent =
  | { readonly kind: 'serving' }
  | { readonly kind: 'peer-suspected'; readonly registrarId: number }
  | { readonly kind: 'takeover-started'; readonly registrarId: number }
  | {
      readonly kind: 'takeover-completed';
      readonly registrarId: number;
      readonly winnerId: number;
      readonly elements: number;
    }
  | { readonly kind: 'element-lost'; readonly peIdentifier: number; readonly reason: string }
  | { readonly kind: 'resynchronized'; readonly registrarId: number }
  | { readonly kind: 'home-changed'; readonly homeUdpPort: number | undefined; readonly reason: string }
  | { readonly kind: 'registered'; readonly renewed: boolean }
  | { readonly kind: 'session-up'; readonly peIdentifier: number }
  | { readonly kind: 'interrupted'; readonly peIdentifier: number; readonly reason: string }
  | { readonly kind: 'waiting'; readonly reason: string }
  | {
      readonly kind: 'failover';
      readonly from: number;
      readonly to: number;
      readonly cookie: boolean;
      readonly afterMs: number;
    };
