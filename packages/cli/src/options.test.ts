import { expect, it } from 'vitest';
import { choiceOption, durationOption, numberOption, rejectUnknown, repeatedOption } from './options.ts';

const KNOWN = { title: { type: 'positional' }, port: { type: 'string' }, 'pace-bps': { type: 'string' } } as const;

it('refuses an option it does not know, and says which there are', () => {
  expect(() => rejectUnknown({ _: [], port: '1', prot: '2' }, KNOWN, [])).toThrow(
    'Unknown option --prot. Known: --port, --pace-bps.',
  );
  expect(() => rejectUnknown({ _: [], port: '1', 'pace-bps': '2', paceBps: '2' }, KNOWN, ['x'])).not.toThrow();
});

it('refuses a second argument where one is taken', () => {
  expect(() => rejectUnknown({ _: [] }, KNOWN, ['a', 'b'])).toThrow('Unexpected argument "b".');
});

it.each(['', 'abc', '-1', '70000', '1.5', 'Infinity'])('refuses %j as a port', (text) => {
  expect(() => numberOption('port', text, { min: 1, max: 65_535, whole: true })).toThrow(
    /--port must be a whole number from 1 to 65535/,
  );
});

it('reads numbers, and leaves what was not given', () => {
  expect(numberOption('port', '9000', { min: 1, max: 65_535, whole: true })).toBe(9000);
  expect(numberOption('port', undefined, { min: 1, max: 65_535 })).toBeUndefined();
});

it('takes one of a few words and no other', () => {
  expect(choiceOption('engine', 'nginx', ['node', 'nginx'])).toBe('nginx');
  expect(choiceOption('engine', undefined, ['node', 'nginx'])).toBeUndefined();
  expect(() => choiceOption('engine', 'apache', ['node', 'nginx'])).toThrow('--engine must be one of node, nginx');
});

it('collects an option given several times, in both spellings', () => {
  expect(repeatedOption('region', ['--region', 'a', '--json', '--region=b'])).toEqual(['a', 'b']);
});

it.each([
  ['60s', 60_000],
  ['60', 60_000],
  ['1.5m', 90_000],
  ['500ms', 500],
  ['1h', 3_600_000],
])('reads %s as a time', (text, ms) => {
  expect(durationOption('for', text, { minMs: 100, maxMs: 3_600_000 })).toBe(ms);
});

it.each(['', 'soon', '-1s', '0', '2h', '5 days'])('refuses %j as a time', (text) => {
  expect(() => durationOption('for', text, { minMs: 100, maxMs: 3_600_000 })).toThrow(
    '--for must be a time from 0.1 s to 3600 s, as 60s or 2m',
  );
});
