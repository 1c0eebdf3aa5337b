import type { TitleList } from '@pressplay/protocol/messages';
import { defineCommand } from 'citty';
import { CliError } from '../cli-error.ts';
import { DATA_OPTION, dataDirOf, runningFleet } from '../data-dir.ts';
import { rejectUnknown } from '../options.ts';

const args = { data: DATA_OPTION, json: { type: 'boolean', description: 'Print JSON' } } as const;

export const titlesCommand = defineCommand({
  meta: { name: 'titles', description: 'List the titles of the running fleet' },
  args,
  async run({ args: given }) {
    rejectUnknown(given, args, given._);
    const { titles } = await fetchTitles(dataDirOf(given.data));
    if (given.json) return console.log(JSON.stringify(titles, null, 2));
    for (const title of titles) {
      const state = title.live
        ? `live, on ${title.copies} OCAs`
        : `not live yet: ${title.copies} of ${title.copiesNeeded} copies`;
      console.log(`${title.titleId.padEnd(24)} ${duration(title.durationMs)}  ${title.name} (${state})`);
    }
  },
});

/** From the first region that answers. */
async function fetchTitles(dataDir: string): Promise<TitleList> {
  const { regions, accessToken } = runningFleet(dataDir);
  for (const { baseUrl } of regions) {
    const headers = { authorization: `Bearer ${accessToken}` };
    const response = await fetch(`${baseUrl}/v1/titles`, { headers, signal: AbortSignal.timeout(3000) }).catch(
      () => undefined,
    );
    if (response?.ok) return (await response.json()) as TitleList;
  }
  throw new CliError('No region of the running fleet answers.');
}

function duration(ms: number): string {
  const seconds = Math.round(ms / 1000);
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
}
