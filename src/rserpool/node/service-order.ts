import type { Entropy } from '../../base/contract.ts';
import type { ServiceRecord } from './name-resolver.ts';

/** SRV records in the order in which they are to be tried: by priority, and within one drawn by weight. RFC 2782. */
export function orderServices(records: readonly ServiceRecord[], entropy: Entropy): ServiceRecord[] {
  const priorities = [...new Set(records.map(({ priority }) => priority))].sort((a, b) => a - b);
  return priorities.flatMap((priority) =>
    drawnByWeight(
      records.filter((record) => record.priority === priority),
      entropy,
    ),
  );
}

function drawnByWeight(records: readonly ServiceRecord[], entropy: Entropy): ServiceRecord[] {
  // Those with weight 0 first: they are drawn when the number is 0, and only then.
  const left = [...records].sort((a, b) => Number(a.weight > 0) - Number(b.weight > 0));
  const order: ServiceRecord[] = [];
  while (left.length > 0) {
    const sum = left.reduce((total, { weight }) => total + weight, 0);
    let rest = entropy.u32() % (sum + 1);
    const index = left.findIndex(({ weight }) => {
      rest -= weight;
      return rest <= 0;
    });
    order.push(...left.splice(index, 1));
  }
  return order;
}
