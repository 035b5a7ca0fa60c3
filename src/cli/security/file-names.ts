/** The files that secure a registrar, an element or a user. */
export interface SecurityFileNames {
  /** Its certificate chain, PEM. */
  readonly cert?: string | undefined;
  /** The private key of the certificate, PEM. */
  readonly key?: string | undefined;
  /** Authorities that certificates of others are signed by, PEM. */
  readonly ca?: string | undefined;
  /** Its own pre-shared key: one line `IDENTITY:HEX`. */
  readonly psk?: string | undefined;
  /** Keys of elements, a line for each. */
  readonly elementKeys?: string | undefined;
  /** Keys of other registrars, a line for each. */
  readonly peerKeys?: string | undefined;
  /** Access rules, YAML or JSON. */
  readonly access?: string | undefined;
}

export type SecurityFile = keyof SecurityFileNames;

/** What they are called in a directory for `--security`, as `rserpool keys` makes them: as the options for each of them. */
export const STANDARD_NAMES = {
  cert: 'tls-cert.pem',
  key: 'tls-key.pem',
  ca: 'tls-ca.pem',
  psk: 'psk.txt',
  elementKeys: 'element-keys.txt',
  peerKeys: 'peer-keys.txt',
  access: 'access.yaml',
} as const satisfies Required<SecurityFileNames>;

/** What nobody else may read. */
export const SECRET_FILES: readonly SecurityFile[] = ['key', 'psk', 'elementKeys', 'peerKeys'];
