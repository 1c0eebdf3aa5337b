import { connect } from 'node:net';
import { RoutesError } from '../routes-error.ts';

const SILENT_MS = 5000;

/** Asks a running BIRD one thing after the other, with rights to read only. Rejects with a `RoutesError`. */
export function askBird(socketPath: string, commands: readonly string[]): Promise<readonly (readonly string[])[]> {
  return new Promise((resolve, reject) => {
    const socket = connect(socketPath);
    const answers: string[][] = [];
    let lines: string[] = [];
    let rest = '';
    const queue = ['restrict', ...commands];
    const fail = (why: string): void => {
      socket.destroy();
      reject(new RoutesError('routes/daemon-silent', `BIRD does not answer on ${socketPath}: ${why}.`));
    };
    const answered = (): void => {
      answers.push(lines);
      lines = [];
      const next = queue.shift();
      if (next !== undefined) return void socket.write(`${next}\n`);
      socket.end();
      // The greeting, and what the restriction answered.
      resolve(answers.slice(2));
    };
    socket.setEncoding('latin1');
    socket.setTimeout(SILENT_MS, () => fail(`silent for ${SILENT_MS} ms`));
    socket.on('error', (error: NodeJS.ErrnoException) => fail(error.code ?? error.message));
    socket.on('end', () => fail('it closed the connection'));
    socket.on('data', (text: string) => {
      const parts = (rest + text).split('\n');
      rest = parts.pop() ?? '';
      for (const part of parts) {
        const [, code, mark, words = ''] = /^(\d{4})([ -])(.*)$/.exec(part) ?? [];
        if (code === undefined) lines.push(part.slice(1));
        else if (code >= '8000') return fail(words);
        else if (mark === '-') lines.push(words);
        else {
          lines.push(words);
          answered();
        }
      }
    });
  });
}
