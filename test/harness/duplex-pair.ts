import { Duplex } from 'node:stream';

/** Two ends of a byte stream without a network. */
export function duplexPair(): readonly [Duplex, Duplex] {
  const end = (other: () => Duplex): Duplex =>
    new Duplex({
      allowHalfOpen: false,
      read: () => undefined,
      write: (bytes: Uint8Array, _encoding, callback) => {
        setImmediate(() => other().push(bytes));
        callback();
      },
      destroy: (error, callback) => {
        setImmediate(() => other().destroy());
        callback(error);
      },
    });
  const near: Duplex = end(() => far);
  const far: Duplex = end(() => near);
  return [near, far];
}
