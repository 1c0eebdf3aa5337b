import { defineCommand, runCommand } from 'citty';
import { CliError } from '../cli-error.ts';
import { DATA_OPTION, dataDirOf, runningFleet } from '../data-dir.ts';
import { numberOption, rejectUnknown, repeatedOption } from '../options.ts';
import { operatorApi } from '../steer/operator-api.ts';
import { replayText } from '../steer/replay-text.ts';
import { routesOfFile } from '../steer/routes-of-file.ts';

const JSON_OPTION = { type: 'boolean', description: 'Print JSON' } as const;

const explainArgs = {
  play: { type: 'positional', description: 'Id of the play', required: true },
  data: DATA_OPTION,
  json: JSON_OPTION,
} as const;

const explain = defineCommand({
  meta: { name: 'explain', description: 'Why a play was given the servers it has' },
  args: explainArgs,
  async run({ args }) {
    rejectUnknown(args, explainArgs, args._);
    const { decisions } = await operatorApi(runningFleet(dataDirOf(args.data))).explain(args.play);
    if (args.json) return console.log(JSON.stringify(decisions, null, 2));
    console.log(decisions.map(({ text }) => text).join('\n\n'));
  },
});

const replayArgs = {
  without: { type: 'string', description: 'Site that is taken away; may be repeated', valueHint: 'SITE' },
  minutes: { type: 'string', description: 'How far back (default: all that is logged)', valueHint: 'N' },
  limit: { type: 'string', description: 'The newest so many decisions (default: 10000)', valueHint: 'N' },
  data: DATA_OPTION,
  json: JSON_OPTION,
} as const;

const replay = defineCommand({
  meta: { name: 'replay', description: 'What the logged plays would have done to the servers without a site' },
  args: replayArgs,
  async run({ args, rawArgs }) {
    rejectUnknown(args, replayArgs, args._);
    const minutes = numberOption('minutes', args.minutes, { min: 0, max: 1e6 });
    const limit = numberOption('limit', args.limit, { min: 1, max: 100_000, whole: true });
    const withoutSites = repeatedOption('without', rawArgs);
    const report = await operatorApi(runningFleet(dataDirOf(args.data))).replay({
      withoutSites,
      ...(minutes !== undefined && { sinceMs: Date.now() - minutes * 60_000 }),
      ...(limit !== undefined && { limit }),
    });
    console.log(args.json ? JSON.stringify(report, null, 2) : replayText(report, withoutSites));
  },
});

const importArgs = {
  file: { type: 'positional', description: 'Dump: birdc show route all, bgpdump -m, or JSON lines', required: true },
  site: { type: 'string', description: 'Site whose router it is', valueHint: 'SITE' },
  data: DATA_OPTION,
} as const;

const importCommand = defineCommand({
  meta: { name: 'import', description: "Bring routes of a site's router; replaces the import before" },
  args: importArgs,
  async run({ args }) {
    rejectUnknown(args, importArgs, args._);
    if (!args.site) throw new CliError('steer import needs --site SITE.');
    const { format, routes, wrong, wrongCount } = routesOfFile(args.file);
    const api = operatorApi(runningFleet(dataDirOf(args.data)));
    const taken = await api.importRoutes(args.site, routes);
    console.log(`${routes.length} prefixes (${format}) for ${args.site}, taken by ${taken.join(', ')}.`);
    for (const { line, text } of wrong) console.error(`Line ${line} is no route: ${text}`);
    if (wrongCount > wrong.length) console.error(`${wrongCount} lines were no routes.`);
  },
});

const SUB_COMMANDS = { explain, replay, import: importCommand };

export const steerCommand = defineCommand({
  meta: {
    name: 'steer',
    description: 'Explain steering, replay it, bring routes: explain PLAY | replay | import FILE',
  },
  args: { action: { type: 'positional', description: 'explain, replay or import', required: true } },
  async run({ rawArgs }) {
    const [name = '', ...rest] = rawArgs;
    const command = Object.hasOwn(SUB_COMMANDS, name) ? SUB_COMMANDS[name as keyof typeof SUB_COMMANDS] : undefined;
    if (!command) throw new CliError(`Unknown "steer ${name}". Known: ${Object.keys(SUB_COMMANDS).join(', ')}.`);
    // biome-ignore lint/suspicious/noExplicitAny: each command has its own arguments; citty's types are invariant in them.
    await runCommand(command as any, { rawArgs: rest });
  },
});
