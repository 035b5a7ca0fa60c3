import { type Tsn, tsnAdd } from '../../../src/base/serial.ts';
import type { StreamReconfiguration } from '../../../src/sctp/core/contract.ts';
import { CHUNK_TYPE } from '../../../src/sctp/wire/chunk-type.ts';
import type { ReconfigurationParameter } from '../../../src/sctp/wire/reconfig-parameter.ts';
import type { StreamSelection } from '../../../src/sctp/wire/stream-selection.ts';
import type { Chunk, InitChunk } from '../../../src/sctp/wire/types.ts';
import { ScriptedPeer, type ScriptedPeerOptions } from '../../harness/scripted-peer.ts';

const EVERYTHING_ALLOWED = { allowStreamResets: true, allowAssociationResets: true, allowStreamAdditions: true };

export const SUPPORTS_RECONFIG: Partial<InitChunk> = {
  parameters: [{ kind: 'supported-extensions', chunkTypes: [CHUNK_TYPE.reConfig] }],
};

/** A scripted peer that speaks RE-CONFIG. Request numbers count from 0, the first one of each side. */
export class ReconfiguringPeer extends ScriptedPeer {
  constructor(options: ScriptedPeerOptions = {}) {
    super({ ...options, config: { sackDelayMs: 200, ...EVERYTHING_ALLOWED, ...options.config } });
  }

  /** An association of 10 streams each way, ours offers RE-CONFIG. */
  up(init: Partial<InitChunk> = {}): this {
    return this.establish({ ...SUPPORTS_RECONFIG, ...init });
  }

  /** A call of the application of the endpoint under test. */
  reconfigure(wanted: StreamReconfiguration): number {
    const call = this.node.call((core, now) => core.reconfigureStreams(this.id, wanted, now));
    this.clock.runFor(0);
    return call;
  }

  /** The endpoint sends messages, the peer gets them and does not acknowledge them. */
  say(streamId: number, ...texts: readonly string[]): void {
    for (const text of texts) this.node.send(this.id, text, { streamId });
    this.clock.runFor(0);
  }

  reconfig(...parameters: readonly ReconfigurationParameter[]): void {
    this.send(this.chunk(...parameters));
  }

  chunk(...parameters: readonly ReconfigurationParameter[]): Chunk {
    return { kind: 're-config', parameters };
  }

  /** `last`: number of the last DATA chunk that the peer has sent, -1 for none. */
  out(number: number, streams: StreamSelection, last = -1, answers = -1): ReconfigurationParameter {
    return {
      kind: 'outgoing-ssn-reset-request',
      requestNumber: tsnAdd(this.initialTsn, number),
      responseNumber: tsnAdd(this.theirTsn, answers),
      lastAssignedTsn: tsnAdd(this.initialTsn, last),
      streams,
    };
  }

  in(number: number, streams: StreamSelection): ReconfigurationParameter {
    return { kind: 'incoming-ssn-reset-request', requestNumber: tsnAdd(this.initialTsn, number), streams };
  }

  tsnReset(number: number): ReconfigurationParameter {
    return { kind: 'ssn-tsn-reset-request', requestNumber: tsnAdd(this.initialTsn, number) };
  }

  addOut(number: number, newStreams: number): ReconfigurationParameter {
    const requestNumber = tsnAdd(this.initialTsn, number);
    return { kind: 'add-outgoing-streams-request', requestNumber, newStreams };
  }

  addIn(number: number, newStreams: number): ReconfigurationParameter {
    const requestNumber = tsnAdd(this.initialTsn, number);
    return { kind: 'add-incoming-streams-request', requestNumber, newStreams };
  }

  response(
    number: number,
    result = 1,
    nextTsns?: { readonly sender: Tsn; readonly receiver: Tsn },
  ): ReconfigurationParameter {
    return { kind: 're-configuration-response', responseNumber: tsnAdd(this.theirTsn, number), result, nextTsns };
  }

  /** The RE-CONFIG chunks among what was heard since the last call of `heard`. */
  heardReconfig(): string[] {
    return this.heard()
      .flatMap((packet) => packet.split(' + '))
      .filter((chunk) => chunk.startsWith('RE-CONFIG'))
      .map((chunk) => chunk.slice('RE-CONFIG '.length));
  }

  /** DATA chunks of the last packets: `stream/ssn` each. */
  numbersOfData(): string[] {
    return this.packets
      .flatMap(({ chunks }) => chunks)
      .flatMap((chunk) => (chunk.kind === 'data' ? [`${chunk.streamId}/${chunk.ssn}`] : []));
  }

  /** Events about streams, one text each. */
  get changes(): string[] {
    return this.node.events.flatMap(({ event }) => {
      switch (event.kind) {
        case 'stream-reset':
          return [`${event.direction} ${event.streams}`];
        case 'streams-added':
          return [`streams ${event.outboundStreams} out ${event.inboundStreams} in`];
        case 'association-reset':
          return ['association'];
        case 'reconfiguration-done':
          return [`${event.call} ${event.outcome}`];
        default:
          return [];
      }
    });
  }
}
