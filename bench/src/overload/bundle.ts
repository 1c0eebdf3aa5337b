import { bundlePrograms, programAt } from '../bundle-programs.ts';

const OUT_DIR = 'node_modules/.cache/pressplay-bench/overload/';

const INPUT = {
  oca: 'mock-oca/src/main.ts',
  'serving-worker': 'mock-oca/src/engines/node/workers/serving-worker.ts',
  crowd: 'bench/src/overload/crowd-process.ts',
} as const;

export const bundleOverload = (): Promise<void> =>
  bundlePrograms({ outDir: OUT_DIR, input: INPUT, external: ['pino', 'koffi'] });

export const programPath = (name: keyof typeof INPUT): string => programAt(OUT_DIR, name);
