import { bundlePrograms, programAt } from '../bundle-programs.ts';

const OUT_DIR = 'node_modules/.cache/pressplay-bench/serving/';

const INPUT = {
  oca: 'mock-oca/src/main.ts',
  'serving-worker': 'mock-oca/src/engines/node/workers/serving-worker.ts',
  bare: 'bench/src/serving/bare-process.ts',
  pipe: 'bench/src/serving/pipe-process.ts',
  load: 'bench/src/serving/load-process.ts',
} as const;

export const bundleServing = (): Promise<void> =>
  bundlePrograms({ outDir: OUT_DIR, input: INPUT, external: ['pino', 'koffi'] });

export const programPath = (name: keyof typeof INPUT): string => programAt(OUT_DIR, name);
