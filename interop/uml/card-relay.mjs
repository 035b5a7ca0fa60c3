// Started by User-Mode Linux for each network card: joins the card's SLIP line (stdin and stdout) to a unix socket.
import { connect } from 'node:net';

const socket = connect(process.argv[2]);
socket.on('error', () => process.exit(1));
socket.on('close', () => process.exit(0));
// Without back-pressure: what is not read at once is lost, as the card's line has room for some 90 packets only.
process.stdin.on('data', (bytes) => socket.write(bytes));
socket.pipe(process.stdout);
