import { connect, createServer, type Server, type Socket } from 'node:net';

export interface LinkSettings {
  readonly rttMs: number;
  /** Of everything that comes down, all connections together. */
  readonly rateBps: number;
}

export interface LinkTarget {
  readonly host: string;
  readonly port: number;
}

/** What one turn of the link carries for one connection: a full Ethernet frame's payload. */
const PACKET_BYTES = 1460;
const TICK_MS = 1;
/** A late timer may be made up for, so that a busy machine does not make the link slower. */
const MAX_CREDIT_MS = 20;
/** What waits before the link; above it the server is told to wait. */
const QUEUE_BYTES = 256 * 1024;

/** An access link in user space: every connection through it shares one rate and pays the same round trip, its own set-up included. */
export class Link {
  readonly #settings: LinkSettings;
  readonly #servers: Server[] = [];
  readonly #queues: DownQueue[] = [];
  readonly #lines = new Set<DelayLine>();
  #creditBytes = 0;
  #tickedAtMs = performance.now();
  #turn = 0;
  readonly #timer: NodeJS.Timeout;

  constructor(settings: LinkSettings) {
    this.#settings = settings;
    this.#timer = setInterval(() => this.#tick(), TICK_MS);
  }

  /** Listens on a port of its own for one target; gives the port. */
  async listen(target: LinkTarget): Promise<number> {
    const server = createServer({ noDelay: true, pauseOnConnect: true }, (client) => this.#join(client, target));
    this.#servers.push(server);
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(0, '127.0.0.1', resolve);
    });
    const address = server.address();
    if (typeof address !== 'object' || !address) throw new Error('The link does not listen.');
    return address.port;
  }

  close(): void {
    clearInterval(this.#timer);
    for (const server of this.#servers) server.close();
    for (const queue of this.#queues) queue.destroy();
  }

  #join(client: Socket, target: LinkTarget): void {
    const oneWayMs = this.#settings.rttMs / 2;
    const upstream = connect({ ...target, noDelay: true });
    // The kernel has shaken hands with the client already: what it says first leaves when a real hand-shake was over.
    const shakenAtMs = performance.now() + this.#settings.rttMs;
    const up = new DelayLine(upstream);
    const back = new DelayLine(client);
    this.#lines.add(up).add(back);
    client.on('data', (chunk) => up.send(chunk, Math.max(performance.now(), shakenAtMs) + oneWayMs));
    client.on('end', () => up.end(Math.max(performance.now(), shakenAtMs) + oneWayMs));
    client.resume();
    const down = new DownQueue(client, upstream, { line: back, oneWayMs });
    this.#queues.push(down);
    const cut = (): void => {
      client.destroy();
      upstream.destroy();
      const index = this.#queues.indexOf(down);
      if (index !== -1) this.#queues.splice(index, 1);
      this.#lines.delete(up);
      this.#lines.delete(back);
    };
    for (const socket of [client, upstream]) socket.on('error', cut);
    client.on('close', cut);
  }

  #tick(): void {
    const nowMs = performance.now();
    for (const line of this.#lines) line.flush(nowMs);
    const bytesPerMs = this.#settings.rateBps / 8000;
    const earned = (nowMs - this.#tickedAtMs) * bytesPerMs;
    this.#tickedAtMs = nowMs;
    this.#creditBytes = Math.min(this.#creditBytes + earned, MAX_CREDIT_MS * bytesPerMs);
    // Turn by turn, as flows of the same round trip share a bottleneck.
    let idle = 0;
    while (this.#creditBytes > 0 && idle < this.#queues.length) {
      this.#turn = (this.#turn + 1) % this.#queues.length;
      const sentBytes = this.#queues[this.#turn]?.sendPacket(nowMs) ?? 0;
      this.#creditBytes -= sentBytes;
      idle = sentBytes === 0 ? idle + 1 : 0;
    }
    // An idle link saves nothing up, but for what a late tick owes.
    if (idle > 0) this.#creditBytes = Math.min(this.#creditBytes, TICK_MS * bytesPerMs);
  }
}

/** Delivers in order, each piece at its time. */
class DelayLine {
  readonly #to: Socket;
  readonly #due: { readonly atMs: number; readonly act: () => void }[] = [];

  constructor(to: Socket) {
    this.#to = to;
  }

  send(chunk: Buffer, atMs: number): void {
    this.#due.push({ atMs, act: () => this.#to.writable && this.#to.write(chunk) });
  }

  end(atMs: number): void {
    this.#due.push({ atMs, act: () => this.#to.writable && this.#to.end() });
  }

  flush(nowMs: number): void {
    while (this.#due[0] && this.#due[0].atMs <= nowMs) this.#due.shift()?.act();
  }
}

/** What a server has sent on one connection and the link has not carried yet. */
class DownQueue {
  readonly #client: Socket;
  readonly #upstream: Socket;
  readonly #line: DelayLine;
  readonly #oneWayMs: number;
  #waiting: Buffer[] = [];
  #waitingBytes = 0;
  #ended = false;

  constructor(client: Socket, upstream: Socket, way: { readonly line: DelayLine; readonly oneWayMs: number }) {
    const { line, oneWayMs } = way;
    this.#client = client;
    this.#upstream = upstream;
    this.#oneWayMs = oneWayMs;
    this.#line = line;
    upstream.on('data', (chunk: Buffer) => {
      this.#waiting.push(chunk);
      this.#waitingBytes += chunk.length;
      if (this.#waitingBytes > QUEUE_BYTES) upstream.pause();
    });
    upstream.on('end', () => {
      this.#ended = true;
      if (this.#waitingBytes === 0) line.end(performance.now() + oneWayMs);
    });
  }

  /** Sends one packet's worth; gives how many bytes that were. */
  sendPacket(nowMs: number): number {
    const [first] = this.#waiting;
    if (!first) return 0;
    const packet = first.subarray(0, PACKET_BYTES);
    if (packet.length === first.length) this.#waiting.shift();
    else this.#waiting[0] = first.subarray(PACKET_BYTES);
    this.#waitingBytes -= packet.length;
    this.#line.send(packet, nowMs + this.#oneWayMs);
    if (this.#upstream.isPaused() && this.#waitingBytes < QUEUE_BYTES / 2) this.#upstream.resume();
    if (this.#ended && this.#waitingBytes === 0) this.#line.end(nowMs + this.#oneWayMs);
    return packet.length;
  }

  destroy(): void {
    this.#client.destroy();
    this.#upstream.destroy();
  }
}
