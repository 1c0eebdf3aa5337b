import type { Player, PlayerEvents, RegionEndpoint } from '@pressplay/sdk-node';
import { readFleetState } from '@pressplay/testkit/fleet';
import { defineCommand } from 'citty';
import { CliError } from '../cli-error.ts';
import { DATA_OPTION, dataDirOf, runningFleet } from '../data-dir.ts';
import { numberOption, rejectUnknown, repeatedOption } from '../options.ts';
import { createHeadlessPlayer, playUntil } from '../play/headless-play.ts';
import { EVENT_LINES, liveLine, summaryLines } from '../play/live-line.ts';

const args = {
  title: { type: 'positional', description: 'Title id', required: true },
  region: { type: 'string', description: 'Base URL of a region, nearest first; may be repeated', valueHint: 'URL' },
  token: { type: 'string', description: "API token (default: the running fleet's demo account)" },
  'client-address': {
    type: 'string',
    description: 'Address to claim towards a backend that trusts it',
    valueHint: 'A',
  },
  seconds: { type: 'string', description: 'End after so many seconds', valueHint: 'N' },
  json: { type: 'boolean', description: 'One JSON object a line: events, a status each second, the end' },
  data: DATA_OPTION,
} as const;

export const playCommand = defineCommand({
  meta: { name: 'play', description: 'Play a title without a screen and show where it comes from' },
  args,
  async run({ args: given, rawArgs }) {
    rejectUnknown(given, args, given._);
    const seconds = numberOption('seconds', given.seconds, { min: 0.1, max: 1e6 });
    const clientAddress = given['client-address'];
    const access = whereToPlay(given, repeatedOption('region', rawArgs));
    const player = createHeadlessPlayer({ ...access, ...(clientAddress === undefined ? {} : { clientAddress }) });
    const leave = new AbortController();
    process.once('SIGINT', () => leave.abort());
    process.once('SIGTERM', () => leave.abort());
    const screen = given.json ? jsonScreen(player) : textScreen(player);
    try {
      await player.load(given.title);
      player.play();
      await playUntil(player, { enough: () => false, timeoutMs: (seconds ?? 1e6) * 1000, signal: leave.signal });
      screen.end();
    } finally {
      screen.close();
      player.destroy();
    }
  },
});

interface Access {
  readonly regions: readonly RegionEndpoint[];
  readonly accessToken: string;
}

/** What was named, filled up from the running fleet. */
function whereToPlay(
  given: { readonly token?: string | undefined; readonly data?: string | undefined },
  regionUrls: readonly string[],
): Access {
  const regions = regionUrls.map(regionAt);
  if (regions.length > 0 && given.token !== undefined) return { regions, accessToken: given.token };
  const dataDir = dataDirOf(given.data);
  if (regions.length > 0 && !readFleetState(dataDir))
    throw new CliError('--region without a running fleet needs --token too.');
  const state = runningFleet(dataDir);
  return { regions: regions.length > 0 ? regions : state.regions, accessToken: given.token ?? state.accessToken };
}

function regionAt(text: string): RegionEndpoint {
  if (!URL.canParse(text) || !/^https?:/.test(text))
    throw new CliError(`--region must be a URL, as http://127.0.0.1:8501, not "${text}".`);
  const { host } = new URL(text);
  return { regionId: host, baseUrl: text.replace(/\/+$/, '') };
}

interface Screen {
  /** The last word. */
  end(): void;
  /** Takes back what it did to the terminal. */
  close(): void;
}

function textScreen(player: Player): Screen {
  const tty = process.stdout.isTTY;
  const clear = tty ? '\r\u001b[2K' : '';
  const show = () =>
    process.stdout.write(
      tty
        ? `${clear}${liveLine(player.stats()).slice(0, process.stdout.columns - 1)}`
        : `${liveLine(player.stats())}\n`,
    );
  for (const [name, describe] of Object.entries(EVENT_LINES) as [keyof PlayerEvents, (payload: unknown) => string][]) {
    player.on(name, (payload) => process.stdout.write(`${clear}  ${describe(payload)}\n`));
  }
  const timer = setInterval(show, tty ? 200 : 1000);
  return {
    end() {
      const { qoe } = player.stats();
      show();
      process.stdout.write(`${[...(tty ? [''] : []), ...(qoe ? summaryLines(qoe) : [])].join('\n')}\n`);
    },
    close() {
      clearInterval(timer);
      process.stdout.write(clear);
    },
  };
}

const JSON_EVENTS = [
  'play-granted',
  'region-failover',
  'server-changed',
  'hand-over',
  'rendition-selected',
  'rendition-shown',
  'rebuffer',
  'state',
] as const;

function jsonScreen(player: Player): Screen {
  const write = (type: string, payload: object) => process.stdout.write(`${JSON.stringify({ type, ...payload })}\n`);
  for (const name of JSON_EVENTS) player.on(name, (payload) => write(name, payload));
  const timer = setInterval(() => write('stats', player.stats()), 1000);
  return {
    end: () => write('end', { stats: player.stats(), ledger: player.ledger() }),
    close: () => clearInterval(timer),
  };
}
