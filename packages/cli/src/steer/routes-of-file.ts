import { readFileSync } from 'node:fs';
import { type ReadRoutes, readRoutes } from '@pressplay/protocol/routes';
import { CliError } from '../cli-error.ts';

export function routesOfFile(file: string): ReadRoutes {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    throw new CliError(`${file} cannot be read: ${error instanceof Error ? error.message : error}`);
  }
  const read = readRoutes(linesOf(text));
  if (read.routes.length === 0)
    throw new CliError(`${file} holds no route. Known: birdc show route all, bgpdump -m, JSON lines.`);
  // What a router says besides is nothing to steer by.
  return { ...read, routes: read.routes.map(({ prefix, asPath, med }) => ({ prefix, asPath, med })) };
}

/** A dump has millions of lines: one at a time. */
function* linesOf(text: string): Generator<string> {
  for (let from = 0; from < text.length; ) {
    const end = text.indexOf('\n', from);
    const to = end < 0 ? text.length : end;
    yield text.slice(from, text[to - 1] === '\r' ? to - 1 : to);
    from = to + 1;
  }
}
