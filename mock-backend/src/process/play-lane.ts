import type { Server } from 'node:http';
import type { Socket } from 'node:net';
import { LaneConnection, type LanePorts } from './lane-connection.ts';
import { LaneHeads } from './lane-head.ts';

/** The server's own limits, which hold on the lane as well. */
interface Patience {
  /** For the first request. */
  readonly headersMs: number;
  /** How often waiting connections are looked at. */
  readonly checkMs: number;
}

/**
 * Stands between a server of node's and its connections: serves those whose requests are plain play requests, and gives the
 * server all others, with what they said, as if they had just come.
 */
export class PlayLane {
  readonly #server: Server;
  readonly #nodes: readonly ((socket: Socket) => void)[];
  readonly #connections = new Set<LaneConnection>();
  readonly #timer: NodeJS.Timeout;
  #isClosing = false;

  /** To be called before anybody else listens to the server. */
  constructor(server: Server, answer: LanePorts['answer'], { headersMs, checkMs }: Patience) {
    this.#server = server;
    this.#nodes = server.listeners('connection') as ((socket: Socket) => void)[];
    server.removeAllListeners('connection');
    const { keepAliveTimeout: keepAliveMs } = server;
    const ports: LanePorts = {
      answer,
      heads: new LaneHeads(Math.floor(keepAliveMs / 1000)),
      handOver: (connection, bytes) => this.#handOver(connection, bytes),
      closed: (connection) => void this.#connections.delete(connection),
      isClosing: () => this.#isClosing,
      nowMs: () => performance.now(),
    };
    server.on('connection', (socket: Socket) => void this.#connections.add(new LaneConnection(socket, ports)));
    this.#timer = setInterval(() => this.#sweep(headersMs / checkMs, keepAliveMs / checkMs), checkMs);
    this.#timer.unref();
  }

  /** Ends those that wait for a request; the others end with their answer. */
  close(): void {
    this.#isClosing = true;
    clearInterval(this.#timer);
    for (const { isAnswering, socket } of this.#connections) if (!isAnswering) socket.destroy();
  }

  /** Ends all of them. */
  closeAll(): void {
    this.close();
    for (const { socket } of this.#connections) socket.destroy();
  }

  /** One timer for all: setting one for each request would cost more than reading it. */
  #sweep(firstRounds: number, keepAliveRounds: number): void {
    for (const connection of this.#connections) {
      if (connection.isAnswering) continue;
      connection.quietRounds += 1;
      if (connection.quietRounds > (connection.hasAsked ? keepAliveRounds : firstRounds)) connection.socket.destroy();
    }
  }

  #handOver(connection: LaneConnection, bytes: Buffer): void {
    this.#connections.delete(connection);
    const socket = connection.leave();
    for (const listener of this.#nodes) listener.call(this.#server, socket);
    socket.unshift(bytes);
    if (socket.isPaused()) socket.resume();
  }
}
