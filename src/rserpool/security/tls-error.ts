/** What OpenSSL says where keys differ: once at the side that checks, and as alerts at the other one. */
const MEANINGS: Readonly<Record<string, string>> = {
  ERR_SSL_BINDER_DOES_NOT_VERIFY: 'its key is another one than that of this name here',
  ERR_SSL_SSLV3_ALERT_ILLEGAL_PARAMETER: 'TLS alert illegal parameter: it may have another key of this name',
  ERR_SSL_TLSV1_ALERT_DECRYPT_ERROR: 'TLS alert decrypt error: it may have another key of this name',
};

/** The same error in words for people and for peers: what OpenSSL says of its own source helps neither. */
export function tlsError(error: Error): Error {
  const { code = '', reason } = error as { readonly code?: string; readonly reason?: string };
  return reason === undefined ? error : new Error(MEANINGS[code] ?? reason, { cause: error });
}
