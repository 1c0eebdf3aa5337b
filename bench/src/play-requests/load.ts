import { connect, type Socket } from 'node:net';
import { performance } from 'node:perf_hooks';

const HEAD_END = Buffer.from('\r\n\r\n');

export interface Answered {
  readonly status: number;
  readonly bodyBytes: number;
}

/** One connection, one request at a time, as cheap as can be: the load must not take the server's core. */
class Connection {
  readonly #socket: Socket;
  #head: Buffer = Buffer.alloc(0);
  #answered: Answered | undefined;
  #leftBytes = 0;
  /** Servers close what is idle for some seconds: then a slice that waited for its turn needs another one. */
  isClosed = false;
  #settle: { resolve(answered: Answered): void; reject(error: Error): void } | undefined;

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.setNoDelay(true);
    socket.on('data', (chunk) => this.#take(chunk));
    socket.on('error', (error) => this.#settle?.reject(error));
    socket.on('close', () => {
      this.isClosed = true;
      this.#settle?.reject(new Error('The server closed the connection.'));
    });
  }

  static open(url: string): Promise<Connection> {
    const { hostname, port } = new URL(url);
    return new Promise((resolve, reject) => {
      const socket = connect(Number(port), hostname, () => resolve(new Connection(socket)));
      socket.once('error', reject);
    });
  }

  ask(request: string): Promise<Answered> {
    return new Promise((resolve, reject) => {
      this.#settle = { resolve, reject };
      this.#socket.write(request);
    });
  }

  close(): void {
    this.#settle = undefined;
    this.#socket.destroy();
  }

  #take(chunk: Buffer): void {
    if (this.#answered) this.#leftBytes -= chunk.length;
    else {
      this.#head = this.#head.length === 0 ? chunk : Buffer.concat([this.#head, chunk]);
      const end = this.#head.indexOf(HEAD_END);
      if (end < 0) return;
      const head = this.#head.toString('latin1', 0, end);
      const bodyBytes = Number(/content-length: *(\d+)/i.exec(head)?.[1] ?? 0);
      this.#answered = { status: Number(head.slice(9, 12)), bodyBytes };
      this.#leftBytes = bodyBytes - (this.#head.length - end - HEAD_END.length);
    }
    if (this.#leftBytes > 0) return;
    const [settle, answered] = [this.#settle, this.#answered];
    this.#head = Buffer.alloc(0);
    this.#answered = undefined;
    this.#settle = undefined;
    settle?.resolve(answered);
  }
}

/** Viewers of one server. */
export class Load {
  readonly #url: string;
  readonly #idle: Connection[];

  private constructor(url: string, connections: Connection[]) {
    this.#url = url;
    this.#idle = connections;
  }

  static async open(url: string, connections: number): Promise<Load> {
    return new Load(url, await Promise.all(Array.from({ length: connections }, () => Connection.open(url))));
  }

  /** Each connection asks again as soon as it was answered. */
  async inTurn(requests: readonly string[]): Promise<Answered[]> {
    await this.#reopen();
    const left = requests.values();
    const answers: Answered[] = [];
    await Promise.all(
      this.#idle.map(async (connection) => {
        for (const request of left) answers.push(await connection.ask(request));
      }),
    );
    return answers;
  }

  /**
   * Requests come by themselves, whatever the answers do, at random moments. Milliseconds from the moment each was due;
   * one that finds no connection free waits for it, and that counts.
   */
  async byThemselves(perSecond: number, forMs: number, next: () => string): Promise<number[]> {
    const tookMs: number[] = [];
    const underWay = new Set<Promise<unknown>>();
    const failures: unknown[] = [];
    const waiting: number[] = [];
    const ask = async (dueMs: number, connection: Connection): Promise<void> => {
      const { status } = await connection.ask(next());
      if (status !== 200) throw new Error(`A play was answered with ${status}.`);
      tookMs.push(performance.now() - dueMs);
      const waited = waiting.shift();
      if (waited === undefined) this.#idle.push(connection);
      else await ask(waited, connection);
    };
    await this.#reopen();
    const startMs = performance.now();
    let dueMs = startMs;
    while (dueMs < startMs + forMs) {
      dueMs -= (Math.log(1 - Math.random()) * 1000) / perSecond;
      const inMs = dueMs - performance.now();
      if (inMs > 0) await new Promise((resolve) => setTimeout(resolve, inMs));
      const connection = this.#idle.pop();
      if (!connection) {
        waiting.push(dueMs);
        continue;
      }
      const asking: Promise<unknown> = ask(dueMs, connection).then(
        () => underWay.delete(asking),
        (error: unknown) => failures.push(error),
      );
      underWay.add(asking);
    }
    await Promise.all(underWay);
    if (failures.length > 0) throw failures[0];
    return tookMs;
  }

  async #reopen(): Promise<void> {
    for (const [at, { isClosed }] of this.#idle.entries())
      if (isClosed) this.#idle[at] = await Connection.open(this.#url);
  }

  close(): void {
    for (const connection of this.#idle.splice(0)) connection.close();
  }
}
