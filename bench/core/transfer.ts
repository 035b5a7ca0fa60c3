/** Two endpoints without sockets: what the protocol costs, and nothing else. */
import {
  Endpoint,
  type EndpointConfig,
  type EndpointOutput,
  endpointConfig,
  hmacSha256,
} from '../../src/sctp/index.ts';
import { SeededRandom } from '../../test/harness/random.ts';

/** Datagrams that Node hands out for one wake-up, and after which the driver asks for output. */
const BATCH = 32;
const [CLIENT, SERVER] = ['10.0.0.1', '10.0.0.2'];
const [UDP_PORT, SCTP_PORT] = [9899, 5000];

/** One side: its core, and what it has sent and nobody has taken yet. */
class Side {
  readonly core: Endpoint;
  readonly address: string;
  readonly sent: Uint8Array[] = [];
  readonly #onEvent: (output: Extract<EndpointOutput, { kind: 'event' }>, side: Side) => void;

  constructor(address: string, config: EndpointConfig, onEvent: Side['handleEvent']) {
    this.address = address;
    this.#onEvent = onEvent;
    const listening = address === SERVER;
    const sctpPort = SCTP_PORT + (listening ? 0 : 1);
    const entropy = new SeededRandom(sctpPort);
    this.core = new Endpoint({ sctpPort, addresses: [address], config, entropy, mac: hmacSha256, listening }, 0);
  }

  handleEvent(output: Extract<EndpointOutput, { kind: 'event' }>, side: Side): void {
    this.#onEvent(output, side);
  }

  /** Carries out what the core wants. */
  flush(): void {
    for (let output = this.core.pollOutput(); output !== undefined; output = this.core.pollOutput()) {
      if (output.kind === 'packet') this.sent.push(output.bytes);
      else this.handleEvent(output, this);
    }
    this.core.nextTimeoutAt();
  }

  /** Takes a batch of what the other side has sent. Returns whether there was anything. */
  take(from: Side, now: number): boolean {
    const batch = from.sent.splice(0, BATCH);
    for (const bytes of batch) this.core.handleDatagram(this.address, from.address, UDP_PORT, bytes, now);
    if (batch.length > 0) this.flush();
    return batch.length > 0;
  }
}

export interface TransferCost {
  /** CPU time of this process for one message, both sides together, in microseconds. */
  readonly cpuUsPerMessage: number;
  readonly packetsPerMessage: number;
}

/** Carries messages from one endpoint to the other, in order, on one stream. */
export function transfer(count: number, bytes: number, settings: Partial<EndpointConfig>): TransferCost {
  const config = endpointConfig({ heartbeats: false, ...settings });
  let received = 0;
  const server = new Side(SERVER, config, ({ association, event }, side) => {
    if (event.kind !== 'message') return;
    if (event.data.length !== bytes) throw new Error(`${event.data.length} bytes came instead of ${bytes}`);
    received++;
    side.core.consumed(association, event.windowBytes, now);
  });
  let up = false;
  const client = new Side(CLIENT, config, ({ event }) => {
    if (event.kind === 'up') up = true;
  });
  let now = 0;
  const turn = (): boolean => {
    now += 0.05;
    const there = server.take(client, now);
    const back = client.take(server, now);
    return there || back;
  };
  const id = client.core.associate({ addresses: [SERVER], sctpPort: SCTP_PORT, udpPort: UDP_PORT }, now);
  client.flush();
  while (!up) if (!turn()) throw new Error('the association did not come up');
  const data = new Uint8Array(bytes).fill(7);
  const request = { data, streamId: 0, ppid: 0, unordered: false };
  const packetsBefore = client.core.counters.packetsSent + server.core.counters.packetsSent;
  const began = process.cpuUsage();
  let sent = 0;
  while (received < count) {
    while (sent < count && client.core.send(id, request, now)) sent++;
    client.flush();
    if (turn()) continue;
    // Nothing is on its way: a timer is next.
    const next = [client, server].map(({ core }) => core.nextTimeoutAt() ?? Number.POSITIVE_INFINITY);
    now = Math.max(now, Math.min(...next));
    for (const { core } of [client, server]) core.handleTimeout(now);
    for (const side of [client, server]) side.flush();
  }
  const { user, system } = process.cpuUsage(began);
  const packets = client.core.counters.packetsSent + server.core.counters.packetsSent - packetsBefore;
  return { cpuUsPerMessage: (user + system) / count, packetsPerMessage: packets / count };
}
