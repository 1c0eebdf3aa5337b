import type { Server } from 'node:http';
import type { Socket } from 'node:net';
import { QuickConnection, type QuickPorts } from './quick-connection.ts';
import { HttpDate, responseHead } from './response-head.ts';

export interface QuickReceiver extends Pick<QuickPorts, 'takes' | 'answer'> {}

interface Patience {
  /** For the first request. */
  readonly headersMs: number;
  /** Between two. */
  readonly keepAliveMs: number;
}

const ROUNDS_PER_HEADERS = 10;

/**
 * Stands between a server of node's and its connections: serves those whose requests are plain, and gives the server all
 * others, with what they said, as if they had just come. Node's own limits hold for those.
 */
export class QuickLane {
  readonly #server: Server;
  readonly #nodes: readonly ((socket: Socket) => void)[];
  readonly #connections = new Set<QuickConnection>();
  readonly #timer: NodeJS.Timeout;
  #isClosing = false;

  /** To be called before anybody else listens to the server. */
  constructor(server: Server, receiver: QuickReceiver, { headersMs, keepAliveMs }: Patience) {
    this.#server = server;
    this.#nodes = server.listeners('connection') as ((socket: Socket) => void)[];
    server.removeAllListeners('connection');
    const date = new HttpDate();
    const keepAliveS = Math.floor(keepAliveMs / 1000);
    const ports: QuickPorts = {
      ...receiver,
      handOver: (connection, bytes) => this.#handOver(connection, bytes),
      headOf: (status, headers, isLast) =>
        responseHead(status, headers, { date: date.at(Date.now()), keepAliveS: isLast ? undefined : keepAliveS }),
      closed: (connection) => void this.#connections.delete(connection),
      isClosing: () => this.#isClosing,
    };
    server.on('connection', (socket: Socket) => void this.#connections.add(new QuickConnection(socket, ports)));
    const roundMs = headersMs / ROUNDS_PER_HEADERS;
    this.#timer = setInterval(() => this.#sweep(keepAliveMs / roundMs), roundMs);
    this.#timer.unref();
  }

  /** Ends those that wait for a request; the others end with their answer. */
  close(): void {
    this.#isClosing = true;
    clearInterval(this.#timer);
    for (const { isAnswering, socket } of this.#connections) if (!isAnswering) socket.end();
  }

  /** One timer for all: setting one for each request would cost more than reading it. */
  #sweep(keepAliveRounds: number): void {
    for (const connection of this.#connections) {
      if (connection.isAnswering) continue;
      connection.quietRounds += 1;
      const limit = connection.hasAsked ? keepAliveRounds : ROUNDS_PER_HEADERS;
      if (connection.quietRounds > limit) connection.destroy();
    }
  }

  #handOver(connection: QuickConnection, bytes: Buffer): void {
    this.#connections.delete(connection);
    const socket = connection.leave();
    for (const listener of this.#nodes) listener.call(this.#server, socket);
    socket.unshift(bytes);
    if (socket.isPaused()) socket.resume();
  }
}
