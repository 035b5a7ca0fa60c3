/** An echo server and its client over SCTP, in one process: `npx tsx examples/sctp-echo.ts`. */
import { connect, createServer } from '../src/sctp/index.ts';

await using server = await createServer({ addresses: ['127.0.0.1'], sctpPort: 7, udpPort: 0 }, async (association) => {
  for await (const { data, stream, ppid } of association) await association.send(data, { stream, ppid });
});

await using client = await connect({ addresses: ['127.0.0.1'], sctpPort: 7, udpPort: server.udpPort });
for (const [stream, text] of ['one', 'two', 'three'].entries()) {
  await client.send(text, { stream });
  const reply = await client.receive({ signal: AbortSignal.timeout(5000) });
  console.log(`stream ${reply.stream}: ${Buffer.from(reply.data).toString()}`);
}
