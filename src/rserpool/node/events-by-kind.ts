/** A map for `EventEmitter`: each event under its kind, and all of them under `event`. */
export type EventsByKind<Event extends { readonly kind: string }> = {
  [Kind in Event['kind']]: [event: Extract<Event, { readonly kind: Kind }>];
} & { event: [event: Event] };
