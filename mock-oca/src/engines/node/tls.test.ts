import { connect as connectHttp2 } from 'node:http2';
import { connect as connectTls, type TLSSocket } from 'node:tls';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { hasOpenssl, makeCertificate, type TestCertificate } from '../../testing/certificate.ts';
import { type OcaFixture, ocaWith, testFile, tokenFor } from '../../testing/oca-fixture.ts';
import { listen, type NodeServer } from './node-server.ts';

const file = testFile(3_000_000);
const path = `/${tokenFor()}/${file.entry.fileId}`;

describe.skipIf(!hasOpenssl)('the Node engine with a certificate', () => {
  let certificate: TestCertificate;
  let fixture: OcaFixture;
  let server: NodeServer;
  beforeEach(async () => {
    certificate = makeCertificate();
    fixture = await ocaWith([file]);
    server = await listen(fixture.oca, { host: '127.0.0.1', port: 0, tls: certificate });
  });
  afterEach(async () => {
    await server.close(0);
    certificate.remove();
  });

  const shaken = (): Promise<TLSSocket> => {
    const { hostname, port } = new URL(server.url);
    return new Promise((resolve, reject) => {
      const socket = connectTls({ host: hostname, port: Number(port), rejectUnauthorized: false }, () =>
        resolve(socket),
      );
      socket.on('error', reject);
    });
  };

  /** The bytes of one response of many on a connection, or how it broke. */
  async function take(session: ReturnType<typeof connectHttp2>, target: string): Promise<Buffer | string> {
    const chunks: Buffer[] = [];
    try {
      for await (const chunk of session.request({ ':path': target })) chunks.push(chunk as Buffer);
      return Buffer.concat(chunks);
    } catch (error) {
      return (error as NodeJS.ErrnoException).code ?? '';
    }
  }

  it('gives many viewers of one connection their own bytes, and breaks but the one that is to break', async () => {
    const other = testFile(2_000_000, 'film', 2);
    fixture = await ocaWith([file, other]);
    await server.close(0);
    server = await listen(fixture.oca, { host: '127.0.0.1', port: 0, tls: certificate });
    fixture.oca.media.faults.set([
      { kind: 'reset', afterBytes: 100_000, fileId: other.entry.fileId, clientPrefix: '127.0.0.1' },
    ]);
    const session = connectHttp2(server.url, { rejectUnauthorized: false });
    const broken = `/${tokenFor()}/${other.entry.fileId}`;
    const taken = await Promise.all([path, broken, path].map((target) => take(session, target)));
    expect(taken[1]).toBe('ERR_HTTP2_STREAM_ERROR');
    for (const bytes of [taken[0], taken[2]]) expect(Buffer.compare(bytes as Buffer, file.bytes)).toBe(0);
    // A client has the last byte before the server has heard that it is sent.
    await expect.poll(() => fixture.oca.media.connections, { timeout: 20_000 }).toBe(0);
    session.close();
  });

  it('takes up a renewed certificate, and keeps the old one where the new one is no good', async () => {
    const fingerprint = async (): Promise<string> => {
      const socket = await shaken();
      const { fingerprint256 } = socket.getPeerCertificate();
      socket.destroy();
      return fingerprint256;
    };
    const first = await fingerprint();
    certificate.renew();
    expect(await fingerprint()).toBe(first);
    await server.reload?.();
    const second = await fingerprint();
    expect(second).not.toBe(first);
    certificate.remove();
    await expect(server.reload?.()).rejects.toThrow('ENOENT');
    expect(await fingerprint()).toBe(second);
  });

  it('ends connections that only wait when it closes', async () => {
    const session = connectHttp2(server.url, { rejectUnauthorized: false });
    await take(session, path);
    const gone = new Promise((resolve) => session.once('close', resolve));
    await server.close(60_000);
    await gone;
    expect(session.closed).toBe(true);
  });

  it('says nothing in the clear', async () => {
    await expect(fetch(server.url.replace('https', 'http') + path)).rejects.toThrow();
    expect(fixture.log).toEqual([]);
  });
});
