// Started by User-Mode Linux for each network card: joins the card's SLIP line (stdin and stdout) to a unix socket.
import { connect } from 'node:net';

const socket = connect(process.argv[2]);
socket.on('error', () => process.exit(1));
socket.on('close', () => process.exit(0));
process.stdin.pipe(socket);
socket.pipe(process.stdout);
