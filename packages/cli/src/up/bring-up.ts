import { setTimeout as sleep } from 'node:timers/promises';
import { type Fleet, type FleetOptions, startFleet } from '@pressplay/testkit/fleet';
import { Listr } from 'listr2';

const FILL_LIMIT_MS = 60_000;

interface Context {
  fleet?: Fleet;
}

/** Starts the fleet with visible progress; resolves when its titles can be played and every OCA holds its files. */
export async function bringUp(options: FleetOptions): Promise<Fleet> {
  const startedMs = performance.now();
  const list = new Listr<Context>(
    [
      {
        title: 'Starting the fleet',
        task: async (context, task) => {
          context.fleet = await startFleet({
            ...options,
            onProgress: (text) => {
              task.output = text;
            },
          });
          const { regions, ocas } = context.fleet;
          task.title = `PostgreSQL, ${regions.length} regions and ${ocas.length} OCAs run`;
        },
      },
      {
        title: 'Filling the OCAs',
        task: async ({ fleet }, task) => {
          if (!fleet) return;
          task.title = await untilFilled(fleet, options.signal, (text) => {
            task.output = text;
          });
        },
      },
    ],
    {
      // Its own listener would end the process before the fleet has ended.
      registerSignalListeners: false,
      // A terminal that does not tell its width would get one letter a line.
      fallbackRendererCondition: () => !((process.stdout.columns ?? 0) > 0),
    },
  );
  const context = await run(list);
  printAddresses(context, performance.now() - startedMs);
  return context;
}

async function run(list: Listr<Context>): Promise<Fleet> {
  const context: Context = {};
  try {
    await list.run(context);
  } catch (error) {
    await context.fleet?.stop();
    throw error;
  }
  if (!context.fleet) throw new Error('The list ended without a fleet');
  return context.fleet;
}

/** All titles live, then every OCA with every file; a slow OCA does not hold up the rest for ever. */
async function untilFilled(
  fleet: Fleet,
  signal: AbortSignal | undefined,
  show: (text: string) => void,
): Promise<string> {
  const endWatch = fleet.watch();
  const deadlineMs = performance.now() + FILL_LIMIT_MS;
  let shown = '';
  try {
    for (;;) {
      signal?.throwIfAborted();
      const { titles, ocas } = fleet.snapshot();
      const full = ocas.filter((oca) => oca.status !== undefined && oca.status.fileCount >= oca.filesWanted).length;
      const live = titles.filter((title) => title.live).length;
      const text = `${full} of ${ocas.length} OCAs hold everything, ${live} of ${titles.length} titles are live`;
      if (text !== shown) show(text);
      shown = text;
      const done = full === ocas.length && live === titles.length && titles.length > 0;
      if (done || performance.now() > deadlineMs)
        return `${live} of ${titles.length} titles are live, ${full} of ${ocas.length} OCAs hold everything`;
      await sleep(200);
    }
  } finally {
    endWatch();
  }
}

function printAddresses(fleet: Fleet, tookMs: number): void {
  const { titles } = fleet.snapshot();
  console.log(`\nPressplay is up (${(tookMs / 1000).toFixed(1)} s)`);
  if (fleet.controlUrl) console.log(`\n  Control room   ${fleet.controlUrl}`);
  for (const { regionId, baseUrl } of fleet.regions) console.log(`  ${regionId.padEnd(14)} ${baseUrl}`);
  for (const { titleId, name } of titles) console.log(`  Title          ${titleId} (${name})`);
  console.log('\nCtrl-C ends everything.\n');
}
