import { request as httpRequest, type IncomingMessage } from 'node:http';
import type { Oca } from '../app.ts';
import { listen } from '../engines/node/node-server.ts';
import { isControlTarget } from '../faults/control-routes.ts';

export interface Answer {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  /** The next bytes; undefined at the end. Rejects when the connection breaks. */
  read(): Promise<Uint8Array | undefined>;
  cancel(): void;
}

export interface Ask {
  readonly target: string;
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

export interface Rendered {
  ask(ask: Ask): Promise<Answer>;
  close(): Promise<void>;
}

/** The hosts of the same plans. */
export const renderers: readonly { readonly name: string; readonly host: (oca: Oca) => Promise<Rendered> }[] = [
  {
    name: 'as a Response',
    host: async (oca) => ({ ask: (ask) => askFunction(oca, ask), close: async () => oca.stop() }),
  },
  {
    name: 'as plain data',
    host: async (oca) => ({ ask: (ask) => askPlainly(oca, ask), close: async () => oca.stop() }),
  },
  { name: 'on a Node socket', host: hostOnSocket },
];

async function askFunction(oca: Oca, { target, method = 'GET', headers = {}, body }: Ask): Promise<Answer> {
  const request = new Request(`http://oca${target}`, { method, headers, ...(body !== undefined && { body }) });
  const response = await oca.fetch(request, { clientAddress: '127.0.0.1' });
  const reader = response.body?.getReader();
  return {
    status: response.status,
    headers: Object.fromEntries(response.headers),
    read: async () => (await reader?.read())?.value,
    cancel: () => void reader?.cancel(),
  };
}

async function askPlainly(oca: Oca, ask: Ask): Promise<Answer> {
  const { target, method = 'GET', headers = {} } = ask;
  if (isControlTarget(target)) return askFunction(oca, ask);
  const answer = oca.answer({ target, method, headers: lowerCased(headers), clientAddress: '127.0.0.1' });
  const plan = await answer.plan;
  return {
    status: plan.status,
    headers: lowerCased(plan.headers),
    read: () => answer.read(),
    cancel: () => answer.cancel(),
  };
}

function lowerCased(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
}

async function hostOnSocket(oca: Oca): Promise<Rendered> {
  const server = await listen(oca, { host: '127.0.0.1', port: 0 });
  return {
    ask: (ask) => askSocket(server.url, ask),
    close: async () => {
      oca.stop();
      await server.close(0);
    },
  };
}

/** With node:http, which sends a path as it is: `fetch` would tidy it up. */
function askSocket(url: string, { target, method = 'GET', headers = {}, body }: Ask): Promise<Answer> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve, reject) => {
    const request = httpRequest({ hostname, port, path: target, method, headers, agent: false }, (message) => {
      resolve({
        status: message.statusCode ?? 0,
        headers: message.headers as Record<string, string>,
        read: readerOf(message),
        cancel: () => void message.destroy(),
      });
    });
    request.on('error', reject);
    request.end(body);
  });
}

function readerOf(message: IncomingMessage): () => Promise<Uint8Array | undefined> {
  const chunks = message.iterator();
  return async () => {
    const { done, value } = await chunks.next();
    return done ? undefined : value;
  };
}

export async function readAll(answer: Answer): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  for (let chunk = await answer.read(); chunk; chunk = await answer.read()) chunks.push(chunk);
  return new Uint8Array(Buffer.concat(chunks));
}

export async function readJson(
  answer: Answer,
): Promise<{ readonly error?: { readonly code: string } } & Record<string, unknown>> {
  return JSON.parse(Buffer.from(await readAll(answer)).toString());
}
