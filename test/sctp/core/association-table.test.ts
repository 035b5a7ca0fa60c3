import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { AssociationIndex } from '../../../src/sctp/core/association-index.ts';
import { AssociationTable, MAX_FEW_ASSOCIATIONS } from '../../../src/sctp/core/association-table.ts';
import { endpointConfig } from '../../../src/sctp/core/config.ts';
import { FewAssociations } from '../../../src/sctp/core/few-associations.ts';
import { ManyAssociations } from '../../../src/sctp/core/many-associations.ts';
import type { Tcb } from '../../../src/sctp/core/tcb.ts';
import { Path } from '../../../src/sctp/path/path.ts';
import { PathSet } from '../../../src/sctp/path/path-set.ts';

const config = endpointConfig();
const ADDRESSES = ['10.0.0.1', '10.0.0.2', '10.0.0.3'] as const;
const PORTS = [5000, 5001] as const;

/** What a table looks at. */
function association(id: number, localTag: number, peerPort: number, addresses: readonly string[], udpPort: number) {
  const paths = new PathSet();
  for (const path of pathsTo(addresses, udpPort)) paths.add(path);
  return { id, localTag, peerPort, paths, state: 'ESTABLISHED' } as unknown as Tcb;
}

function pathTo(address: string, udpPort: number): Path {
  return new Path({ address, localAddress: '10.0.0.9', udpPort, confirmed: true }, config);
}

/** Behind a NAT each address of a peer may have a UDP port of its own: the last one of several has. */
function pathsTo(addresses: readonly string[], udpPort: number): readonly Path[] {
  const other = PORTS.find((port) => port !== udpPort) ?? udpPort;
  return addresses.map((address, i) => pathTo(address, i > 0 && i === addresses.length - 1 ? other : udpPort));
}

const ids = (associations: Iterable<Tcb>): number[] => [...associations].map(({ id }) => id).sort();

/** All that an index can be asked. */
function answers(index: AssociationIndex): unknown {
  return {
    size: index.size,
    all: ids(index),
    byId: [0, 1, 2, 3].map((id) => index.get(id)?.id),
    byTag: [0, 1, 2, 3, 4, 5, 6, 7].map((tag) => index.byTag(tag)?.id),
    byPeer: ADDRESSES.map((address) => PORTS.map((port) => PORTS.map((udp) => ids(index.byPeer(address, port, udp))))),
    byHost: ADDRESSES.map((address) => PORTS.map((port) => ids(index.byHost(address, port)))),
    counts: ADDRESSES.map((address) => index.countOf(address)),
  };
}

describe('AssociationTable', () => {
  it('answers alike with few and with many, whatever is filed, changed and removed', () => {
    const step = fc.record({
      name: fc.constantFrom('file', 'move', 'remove' as const),
      id: fc.nat(3),
      port: fc.constantFrom(...PORTS),
      udpPort: fc.constantFrom(...PORTS),
      addresses: fc.uniqueArray(fc.constantFrom(...ADDRESSES), { minLength: 1 }),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 20 }), (steps) => {
        const [few, many] = [new FewAssociations(), new ManyAssociations()];
        const known = new Map<number, Tcb>();
        for (const { name, id, port, udpPort, addresses } of steps) {
          const tcb = known.get(id) ?? association(id, id, port, addresses, udpPort);
          if (name === 'move') {
            // A restart: another tag, other paths.
            tcb.localTag = (tcb.localTag + 4) % 8;
            tcb.paths = new PathSet();
            for (const path of pathsTo(addresses, udpPort)) tcb.paths.add(path);
          }
          if (name === 'remove') known.delete(id);
          else known.set(id, tcb);
          for (const index of [few, many]) {
            if (name === 'remove') index.remove(tcb);
            else index.file(tcb);
          }
          expect(answers(many)).toEqual(answers(few));
          expect(ids(few)).toEqual([...known.keys()].sort());
        }
      }),
    );
  });

  it('finds everything when few have become many', () => {
    const table = new AssociationTable();
    const all: Tcb[] = [];
    for (let id = 0; id <= MAX_FEW_ASSOCIATIONS; id++) {
      const tcb = association(id, 100 + id, 5000, ['10.0.0.1'], 1000 + id);
      all.push(tcb);
      table.file(tcb);
      expect(table.size).toBe(id + 1);
      for (const each of all) {
        expect(table.get(each.id)).toBe(each);
        expect(table.byTag(each.localTag)).toBe(each);
        expect(table.byPeer('10.0.0.1', 5000, 1000 + each.id)).toBe(each);
      }
      expect(ids(table.byHost('10.0.0.1', 5000))).toEqual(ids(all));
      expect(table.countOf('10.0.0.1')).toBe(all.length);
    }
    for (const tcb of all) table.remove(tcb);
    expect([table.size, table.countOf('10.0.0.1'), [...table]]).toEqual([0, 0, []]);
  });
});
