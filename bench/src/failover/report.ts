import { loadavg } from 'node:os';
import { type Metric, median } from '../metric.ts';
import type { FaultName } from './faults.ts';
import { type Failure, LIMIT_MS } from './one-failure.ts';

export const CONTENDERS = ['ours-chromium', 'ours-node', 'hls.js', 'shaka'] as const;
export type Contender = (typeof CONTENDERS)[number];

/** All runs of one player against one fault. */
export interface Cell {
  readonly contender: Contender;
  readonly fault: FaultName;
  readonly failures: readonly Failure[];
}

/** What ours is held to, in the worst run. */
const NEXT_SERVER_MS: Readonly<Record<FaultName, number>> = { reset: 100, '503': 100, hang: 1500, slow: 3000 };

export function figures(cells: readonly Cell[], loadBefore: number): Metric[] {
  const sorted = [...cells].sort((a, b) => orderOf(a).localeCompare(orderOf(b)));
  console.table(Object.fromEntries(sorted.map((cell) => [`${cell.fault} ${cell.contender}`, row(cell)])));
  return [
    ...sorted.flatMap(cellFigures),
    { name: 'load average before', value: loadBefore, unit: '', better: 'lower' },
    { name: 'load average after', value: loadavg()[0] ?? 0, unit: '', better: 'lower' },
  ];
}

const orderOf = ({ contender, fault }: Cell): string => `${fault} ${CONTENDERS.indexOf(contender)}`;

/** A player that asks nobody is said to have asked when we stopped watching. */
const nextServerOf = ({ nextServerMs = LIMIT_MS }: Failure): number => nextServerMs;

function row({ failures }: Cell): Record<string, string> {
  const list = (text: (failure: Failure) => string): string => failures.map(text).join('  ');
  return {
    'next server, ms': list(({ nextServerMs }) => (nextServerMs === undefined ? '>30000' : nextServerMs.toFixed(0))),
    'stall, s': list(({ stallMs, standing }) => `${standing ? '>' : ''}${(stallMs / 1000).toFixed(1)}`),
    'bytes twice': list(({ bytesTwice }) => String(bytesTwice)),
    'bytes replaced': list(({ bytesReplaced }) => String(bytesReplaced)),
    'gave up': list(({ failed }) => (failed === undefined ? '-' : 'yes')),
  };
}

function cellFigures({ contender, fault, failures }: Cell): Metric[] {
  const name = (what: string): string => `${contender} ${fault} ${what}`;
  const never = failures.some(({ nextServerMs }) => nextServerMs === undefined);
  const standing = failures.some((failure) => failure.standing);
  const held = (target: number): Pick<Metric, 'target'> => (contender.startsWith('ours') ? { target } : {});
  const worst = (of: (failure: Failure) => number): number => Math.max(...failures.map(of));
  const lower = { better: 'lower' } as const;
  const bound = (isBound: boolean): Pick<Metric, 'atLeast'> => (isBound ? { atLeast: true } : {});
  return [
    { name: name('next server median'), value: median(failures.map(nextServerOf)), unit: 'ms', ...lower },
    {
      name: name('next server worst'),
      value: worst(nextServerOf),
      unit: 'ms',
      ...lower,
      ...held(NEXT_SERVER_MS[fault]),
      ...bound(never),
    },
    {
      name: name('stall worst'),
      value: worst(({ stallMs }) => stallMs) / 1000,
      unit: 's',
      ...lower,
      ...held(0),
      ...bound(standing),
    },
    {
      name: name('bytes twice worst'),
      value: worst(({ bytesTwice }) => bytesTwice),
      unit: 'bytes',
      ...lower,
      ...held(0),
    },
    {
      name: name('plays given up'),
      value: failures.filter(({ failed }) => failed !== undefined).length,
      unit: '',
      ...lower,
      ...held(0),
    },
  ];
}
