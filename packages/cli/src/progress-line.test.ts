import { expect, it } from 'vitest';
import { titleIdFrom } from './commands/ingest.ts';
import { progressLine } from './progress-line.ts';

function collect(isTTY: boolean) {
  const written: string[] = [];
  const out = { isTTY, write: (text: string) => written.push(text) > 0 };
  return { written, line: progressLine(out) };
}

it('writes a line for each tenth into a log', () => {
  const { written, line } = collect(false);
  for (let i = 0; i <= 1000; i++) line.show('encoding', i / 1000);
  line.close();
  expect(written).toHaveLength(11);
  expect(written.at(-1)).toBe('encoding 100 %\n');
});

it('rewrites one line in a terminal, and takes it back', () => {
  const { written, line } = collect(true);
  line.show('encoding', 0.333);
  line.show('encoding', 0.333);
  line.close();
  expect(written).toEqual(['\r\u001b[2Kencoding 33 %', '\r\u001b[2K']);
});

it('makes a title id of a file name', () => {
  expect(titleIdFrom('Été à la Plage (final) 2')).toBe('ete-a-la-plage-final-2');
});
