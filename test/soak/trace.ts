import type { AssociationEvent } from '../../src/sctp/core/contract.ts';
import { describePacket } from '../../src/sctp/wire/text.ts';
import type { World } from './world.ts';

/** Writes the scenario, then every packet and every event of a run, a line each. */
export function traceTo(write: (line: string) => void): (world: World) => void {
  return (world) => {
    write(JSON.stringify(world.scenario));
    const tell = (text: string): void => write(`${world.elapsedMs.toFixed(1).padStart(10)} ${text}`);
    world.network.tap(({ fate, from, to, bytes }) => {
      tell(`${fate.padEnd(9)} ${from.address} > ${to.address}  ${describePacket(bytes.slice())}`);
    });
    world.onEvent = (application, event) => tell(`${application.sender.association}: ${describeEvent(event)}`);
  };
}

function describeEvent(event: AssociationEvent): string {
  switch (event.kind) {
    case 'message':
      return `message ${event.ppid} (${event.data.length} bytes)`;
    case 'send-failed':
      return `send-failed ${event.request.ppid}: ${event.reason}`;
    case 'path-changed':
      return `path ${event.address} ${event.change}`;
    case 'closed':
      return `closed: ${event.reason.text}`;
    default:
      return event.kind;
  }
}
