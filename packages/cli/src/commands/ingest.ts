import { existsSync } from 'node:fs';
import path from 'node:path';
import { ingest } from '@pressplay/mock-backend/node';
import { schemas } from '@pressplay/protocol';
import type { CatalogTitle, Licence } from '@pressplay/protocol/messages';
import { type FleetState, openDataFolder, openOrigin, readFleetState, regionApi } from '@pressplay/testkit/fleet';
import { defineCommand } from 'citty';
import { CliError, describeError } from '../cli-error.ts';
import { DATA_OPTION, dataDirOf } from '../data-dir.ts';
import { rejectUnknown, repeatedOption } from '../options.ts';
import { progressLine } from '../progress-line.ts';

const args = {
  file: { type: 'positional', description: 'Any video that ffmpeg reads', required: true },
  id: { type: 'string', description: 'Title id: lower-case letters, digits, dashes (default: from the file name)' },
  name: { type: 'string', description: 'Name to show (default: from the file name)' },
  territories: {
    type: 'string',
    description: 'Countries with a licence, as US,DE (default: worldwide)',
    valueHint: 'US,DE',
  },
  subtitles: {
    type: 'string',
    description:
      'Also FILE, as film.de.srt, film.de.sdh.vtt, film.de.forced.srt; those beside the video come by themselves. Repeatable',
    valueHint: 'FILE',
  },
  data: DATA_OPTION,
} as const;

export const ingestCommand = defineCommand({
  meta: { name: 'ingest', description: 'Make a title of a video, put it into the origin and publish it' },
  args,
  async run({ args: given, rawArgs }) {
    rejectUnknown(given, args, given._);
    if (!existsSync(given.file)) throw new CliError(`There is no file ${given.file}.`);
    const baseName = path.parse(given.file).name;
    const titleId = checkTitleId(given.id ?? titleIdFrom(baseName));
    const licence = { territories: parseTerritories(given.territories) };
    const subtitles = repeatedOption('subtitles', rawArgs);
    const missing = subtitles.find((file) => !existsSync(file));
    if (missing !== undefined) throw new CliError(`There is no file ${missing}.`);
    const dataDir = dataDirOf(given.data);
    const name = given.name ?? baseName;
    const title = await encode({ sourcePath: given.file, titleId, name, licence, subtitles, dataDir });
    const texts = (title.subtitles ?? []).map(({ trackId }) => trackId).join(', ');
    console.log(
      `"${title.name}" is in the origin as ${titleId}: ${title.renditions.length} renditions, ${(title.durationMs / 1000).toFixed(1)} s${texts && `, subtitles ${texts}`}.`,
    );
    await publish(title, dataDir);
  },
});

interface Job {
  readonly sourcePath: string;
  readonly titleId: string;
  readonly name: string;
  readonly licence: Licence;
  readonly subtitles: readonly string[];
  readonly dataDir: string;
}

async function encode({ dataDir, ...job }: Job): Promise<CatalogTitle> {
  const leave = new AbortController();
  const stop = () => leave.abort(new CliError('Stopped: nothing was put into the catalog.'));
  process.once('SIGINT', stop);
  process.once('SIGTERM', stop);
  const line = progressLine();
  try {
    const origin = openOrigin(openDataFolder(dataDir));
    return await ingest({
      ...job,
      origin,
      signal: leave.signal,
      onProgress: ({ phase, fraction }) => line.show(phase, fraction),
    });
  } finally {
    line.close();
    process.off('SIGINT', stop);
    process.off('SIGTERM', stop);
  }
}

async function publish(title: CatalogTitle, dataDir: string): Promise<void> {
  const fleet = readFleetState(dataDir);
  if (!fleet) return console.log('No fleet runs on this folder: the next `npm start` publishes it.');
  await publishTo(fleet, title);
  console.log(`Published: the OCAs fill now. Play it with: pressplay play ${title.titleId}`);
}

/** Every region knows what one was told: the first that answers will do. */
async function publishTo({ regions, operatorToken }: FleetState, title: CatalogTitle): Promise<void> {
  let failure: unknown;
  for (const { baseUrl } of regions) {
    try {
      return await regionApi(baseUrl, operatorToken).putTitle(title);
    } catch (error) {
      failure = error;
    }
  }
  throw new CliError(
    `It could not be published, no region took it: ${describeError(failure)} The next \`npm start\` publishes it.`,
  );
}

function parseTerritories(text: string | undefined): Licence['territories'] {
  if (text === undefined) return 'worldwide';
  const countries = text.split(',').map((country) => country.trim().toUpperCase());
  const wrong = countries.find((country) => !schemas.Country.safeParse(country).success);
  if (wrong !== undefined) throw new CliError(`--territories takes ISO country codes, as US,DE, not "${text}".`);
  return countries;
}

function checkTitleId(titleId: string): string {
  if (schemas.TitleId.safeParse(titleId).success) return titleId;
  throw new CliError(
    `"${titleId}" is no title id: up to 64 lower-case letters, digits and dashes. Choose one with --id.`,
  );
}

export function titleIdFrom(baseName: string): string {
  return baseName
    .normalize('NFKD')
    .replace(/[\u0300-\u036f]/g, '')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, 64);
}
