/** What a component of a scope is. */
export type ComponentKind = 'registrar' | 'pool-element' | 'pool-user';

const GROUPS: Readonly<Record<ComponentKind, bigint>> = { registrar: 1n, 'pool-element': 2n, 'pool-user': 3n };
const OBJECT_BITS = 56n;
const OBJECT_MASK = (1n << OBJECT_BITS) - 1n;

/**
 * The 64-bit name of a component in the Component Status Protocol: 8 bits for its kind, 56 for the object, which is the
 * registrar's identifier, the PE identifier, or any number that the pool user has chosen.
 */
export function componentId(kind: ComponentKind, object: number | bigint): bigint {
  return (GROUPS[kind] << OBJECT_BITS) | (BigInt(object) & OBJECT_MASK);
}

/** The two halves of a {@link componentId}; `kind` is `undefined` for kinds that are not known. */
export function componentOf(id: bigint): { readonly kind: ComponentKind | undefined; readonly object: bigint } {
  const group = id >> OBJECT_BITS;
  const kind = (Object.keys(GROUPS) as ComponentKind[]).find((each) => GROUPS[each] === group);
  return { kind, object: id & OBJECT_MASK };
}

/** `registrar 0x0000000a`, for people. */
export function describeComponent(id: bigint): string {
  const { kind, object } = componentOf(id);
  return `${kind ?? `component of group ${id >> OBJECT_BITS}`} 0x${object.toString(16).padStart(8, '0')}`;
}
