/** What `rserpool doctor` has found out about one thing. */
export interface Finding {
  readonly name: string;
  /** `note`: works, but not as well as it could. `bad`: does not work here. */
  readonly state: 'ok' | 'note' | 'bad';
  /** For people: how it is. */
  readonly found: string;
  /** For people: what would make it better. */
  readonly advice?: string | undefined;
}
