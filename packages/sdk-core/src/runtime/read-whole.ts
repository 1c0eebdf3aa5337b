import { type ByteReader, HttpFailure } from '../ports/http-client.ts';

/** More than any answer of a control plane; a body beyond it is a mistake or an attack. */
const LONGEST_BODY_BYTES = 32 * 1024 * 1024;

/** A whole body. Rejects with `HttpFailure` where the connection breaks or the body does not end. */
export async function readWhole(body: ByteReader): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let sizeBytes = 0;
  for (let chunk = await body.read(); chunk; chunk = await body.read()) {
    chunks.push(chunk);
    sizeBytes += chunk.length;
    if (sizeBytes <= LONGEST_BODY_BYTES) continue;
    body.cancel();
    throw new HttpFailure('network', `The body is longer than ${LONGEST_BODY_BYTES} bytes.`);
  }
  const whole = new Uint8Array(sizeBytes);
  let at = 0;
  for (const chunk of chunks) {
    whole.set(chunk, at);
    at += chunk.length;
  }
  return whole;
}
