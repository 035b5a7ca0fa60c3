import type { Scope } from '../api/scope.ts';

/** A user message as it went over the wire. */
export interface SentMessage {
  readonly stream: number;
  readonly ppid: number;
  readonly unordered: boolean;
  readonly data: Uint8Array;
}

/** The messages whose chunks an address sends from now on. */
export function sentMessages(scope: Scope, address: string): () => readonly SentMessage[] {
  const chunks = scope.chunksSentBy(address);
  return () => {
    const messages: SentMessage[] = [];
    let parts: Uint8Array[] = [];
    for (const chunk of chunks) {
      if (chunk.kind !== 'data') continue;
      parts.push(chunk.userData);
      if (!chunk.ending) continue;
      const { streamId: stream, ppid, unordered } = chunk;
      messages.push({ stream, ppid, unordered, data: Buffer.concat(parts) });
      parts = [];
    }
    return messages;
  };
}
