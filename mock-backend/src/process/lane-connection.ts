import type { Socket } from 'node:net';
import { SMALL_BODY_BYTES } from '../limit-body.ts';
import type { PlainPlay, PlainPlayAnswer } from '../operations/plain-plays.ts';
import { releaseJson } from '../playback/join-json.ts';
import { headAndBody, type LaneHeads } from './lane-head.ts';
import { headerOf, type PlainPost, readPlainPost } from './plain-post.ts';
import { textOf } from './text-of.ts';
import { ON_THE_LINE_MS, type TellUnheard } from './unheard-answers.ts';

export interface LanePorts {
  readonly answer: (play: PlainPlay) => Promise<PlainPlayAnswer>;
  readonly heads: Pick<LaneHeads, 'head'>;
  /** Node is to serve the connection from here on, beginning with these bytes. */
  readonly handOver: (connection: LaneConnection, bytes: Buffer) => void;
  readonly closed: (connection: LaneConnection) => void;
  /** No connection is to stay after its answer. */
  readonly isClosing: () => boolean;
  readonly nowMs: () => number;
}

/** What a client says while it is being answered is kept for later, but not for ever. */
const MOST_HELD_BYTES = 16 * 1024;

/**
 * A connection whose requests are all plain play requests: each is read from the bytes that came and answered by one write,
 * without a parser, a request or a response of node's. The first bytes that are anything else make it node's for good.
 */
export class LaneConnection {
  readonly socket: Socket;
  readonly #ports: LanePorts;
  readonly #clientAddress: string;
  /** From a request on until the system has taken all of its answer. */
  #isAnswering = false;
  #isLast = false;
  #hasAsked = false;
  #held: Buffer | undefined;
  /** Of the answer that goes out. */
  #body: Uint8Array<ArrayBuffer> | undefined;
  /** Of the last answer, as long as nobody knows whether it was heard. */
  #tellUnheard: TellUnheard | undefined;
  #onTheLineUntilMs = 0;
  /** Rounds of the sweep since it last did anything. */
  quietRounds = 0;

  constructor(socket: Socket, ports: LanePorts) {
    this.socket = socket;
    this.#ports = ports;
    this.#clientAddress = socket.remoteAddress ?? '';
    socket.on('data', this.#take);
    socket.on('end', this.#ended);
    socket.on('error', nothing);
    socket.on('close', this.#closed);
  }

  get isAnswering(): boolean {
    return this.#isAnswering;
  }

  get hasAsked(): boolean {
    return this.#hasAsked;
  }

  /** Nothing of it stays with the socket. */
  leave(): Socket {
    const { socket } = this;
    socket.off('data', this.#take);
    socket.off('end', this.#ended);
    socket.off('error', nothing);
    socket.off('close', this.#closed);
    return socket;
  }

  readonly #take = (bytes: Buffer): void => {
    if (this.#isAnswering) this.#hold(bytes);
    else this.#begin(bytes);
  };

  #begin(bytes: Buffer): void {
    this.#hasAsked = true;
    this.quietRounds = 0;
    // Whoever asks again has heard what came before.
    this.#tellUnheard = undefined;
    const post = readPlainPost(bytes, SMALL_BODY_BYTES);
    if (!post) {
      this.#ports.handOver(this, bytes);
      return;
    }
    this.#isAnswering = true;
    this.#isLast = post.isLast;
    const play = new LanePlay(post, textOf(bytes, post.bodyAt), this.#clientAddress, this.socket);
    this.#ports.answer(play).then(this.#answered, this.#failed);
  }

  #hold(bytes: Buffer): void {
    this.#held = this.#held ? Buffer.concat([this.#held, bytes]) : bytes;
    if (this.#held.length > MOST_HELD_BYTES) this.socket.pause();
  }

  readonly #answered = (answer: PlainPlayAnswer): void => {
    this.#isLast ||= this.#ports.isClosing();
    this.#tellUnheard = answer.tellUnheard;
    try {
      this.#write(answer);
    } catch (error) {
      this.socket.destroy(error as Error);
    }
  };

  #write(answer: PlainPlayAnswer): void {
    const { body } = answer;
    if (typeof body === 'string') {
      const head = this.#ports.heads.head(answer, Buffer.byteLength(body), this.#isLast);
      this.socket.write(head + body, this.#written);
    } else {
      this.#body = body;
      const head = this.#ports.heads.head(answer, body.byteLength, this.#isLast);
      this.socket.write(headAndBody(head, body), this.#written);
    }
  }

  readonly #failed = (error: Error): void => void this.socket.destroy(error);

  /** The system has all of the answer, or the connection broke before. */
  readonly #written = (error?: Error | null): void => {
    const { socket } = this;
    if (this.#body) releaseJson(this.#body);
    this.#body = undefined;
    if (error || socket.destroyed) {
      this.#tellUnheard?.(true);
      this.#tellUnheard = undefined;
      return;
    }
    if (this.#tellUnheard) this.#onTheLineUntilMs = this.#ports.nowMs() + ON_THE_LINE_MS;
    this.#isAnswering = false;
    this.quietRounds = 0;
    const held = this.#held;
    this.#held = undefined;
    if (this.#isLast || this.#ports.isClosing()) socket.destroySoon();
    else if (held) this.#begin(held);
    else if (socket.isPaused()) socket.resume();
  };

  readonly #ended = (): void => void this.socket.end();

  readonly #closed = (wasReset: boolean): void => {
    this.#ports.closed(this);
    if (this.#isAnswering || !wasReset || this.#ports.nowMs() >= this.#onTheLineUntilMs) return;
    this.#tellUnheard?.(false);
  };
}

class LanePlay implements PlainPlay {
  readonly text: string;
  readonly clientAddress: string;
  readonly #post: PlainPost;
  readonly #socket: Socket;

  constructor(post: PlainPost, text: string, clientAddress: string, socket: Socket) {
    this.#post = post;
    this.text = text;
    this.clientAddress = clientAddress;
    this.#socket = socket;
  }

  get renews(): string | undefined {
    return this.#post.renews;
  }

  header(name: string): string | undefined {
    return headerOf(this.#post, name);
  }

  isGone(): boolean {
    return this.#socket.destroyed;
  }
}

function nothing(): void {}
