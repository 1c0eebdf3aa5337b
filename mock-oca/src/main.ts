import { runProcess } from './process/run-process.ts';

runProcess(process.env.PRESSPLAY_CONFIG).catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exit(1);
});
