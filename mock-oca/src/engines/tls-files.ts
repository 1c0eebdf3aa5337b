/** Where the certificate, with those above it, and its key lie, in PEM. */
export interface TlsFiles {
  readonly certificateFile: string;
  readonly keyFile: string;
}
