import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

/** By then what was given to the network has arrived, or the connection has long been broken. */
export const ON_THE_LINE_MS = 10_000;

/** `isCertain`: not all of it left this machine. Else the client broke the connection when it should just have arrived. */
export type TellUnheard = (isCertain: boolean) => void;

interface Line {
  last?: { readonly tell: TellUnheard; readonly untilMs: number };
}

/**
 * Finds answers that were on their way when their client went away. That the network took an answer says nothing: a client
 * that closes a connection without having read all of it resets it, and that comes a moment later.
 */
export class UnheardAnswers {
  readonly #lines = new WeakMap<Socket, Line>();
  readonly #nowMs: () => number;

  constructor(nowMs: () => number = () => performance.now()) {
    this.#nowMs = nowMs;
  }

  /** Whoever asks again on a connection has heard what came before. */
  noteAsked(socket: Socket): void {
    const line = this.#lines.get(socket);
    if (line) delete line.last;
  }

  /** To be called where the answer is written. */
  watch(outgoing: ServerResponse, socket: Socket, tell: TellUnheard): void {
    if (socket.destroyed) return void tell(true);
    outgoing.once('close', () => {
      if (outgoing.writableFinished) this.#lineOf(socket).last = { tell, untilMs: this.#nowMs() + ON_THE_LINE_MS };
      else tell(true);
    });
  }

  #lineOf(socket: Socket): Line {
    const known = this.#lines.get(socket);
    if (known) return known;
    const line: Line = {};
    this.#lines.set(socket, line);
    socket.once('close', (wasReset: boolean) => {
      if (wasReset && line.last && this.#nowMs() < line.last.untilMs) line.last.tell(false);
    });
    return line;
  }
}
