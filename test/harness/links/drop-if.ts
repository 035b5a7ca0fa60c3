import type { SimDatagram, StageFactory } from './stage.ts';

/** Loses exactly those datagrams for which `unlucky` says so; `index` counts them from 0. For scripted losses. */
export function dropIf(unlucky: (datagram: SimDatagram, index: number) => boolean): StageFactory {
  return () => {
    const counters = { passed: 0, dropped: 0 };
    let index = 0;
    return {
      name: 'drop-if',
      counters,
      pass(datagram, at, out) {
        if (unlucky(datagram, index++)) {
          counters.dropped++;
          out.drop(datagram, at, 'lost');
        } else {
          counters.passed++;
          out.forward(datagram, at);
        }
      },
    };
  };
}
