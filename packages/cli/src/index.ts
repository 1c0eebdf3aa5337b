import { defineCommand, renderUsage, runCommand } from 'citty';
import { CliError, describeError } from './cli-error.ts';
import { drainCommand, undrainCommand } from './commands/drain.ts';
import { drillCommand } from './commands/drill.ts';
import { ingestCommand } from './commands/ingest.ts';
import { playCommand } from './commands/play.ts';
import { revokeCommand } from './commands/revoke.ts';
import { steerCommand } from './commands/steer.ts';
import { titlesCommand } from './commands/titles.ts';
import { upCommand } from './commands/up.ts';

const SUB_COMMANDS = {
  up: upCommand,
  ingest: ingestCommand,
  play: playCommand,
  titles: titlesCommand,
  steer: steerCommand,
  drill: drillCommand,
  drain: drainCommand,
  undrain: undrainCommand,
  revoke: revokeCommand,
};

const root = defineCommand({
  meta: { name: 'pressplay', description: 'A player that chooses its own server, and everything it plays from' },
  subCommands: SUB_COMMANDS,
});

/** The `pressplay` command. Never throws: sets the exit code, after one clear line about what went wrong. */
export async function main(argv: readonly string[]): Promise<void> {
  try {
    await run(argv);
  } catch (error) {
    console.error(describeError(error));
    process.exitCode = 1;
  }
}

async function run(argv: readonly string[]): Promise<void> {
  const [name = '', ...rest] = argv;
  if (name === '' || name === '--help' || name === '-h') return console.log(await renderUsage(root));
  const command = Object.hasOwn(SUB_COMMANDS, name) ? SUB_COMMANDS[name as keyof typeof SUB_COMMANDS] : undefined;
  if (!command) throw new CliError(`Unknown command "${name}". Known: ${Object.keys(SUB_COMMANDS).join(', ')}.`);
  const wantsHelp = rest.includes('--help') || rest.includes('-h');
  // biome-ignore lint/suspicious/noExplicitAny: each command has its own arguments; citty's types are invariant in them.
  const chosen = command as any;
  if (wantsHelp) return console.log(await renderUsage(chosen, root));
  await runCommand(chosen, { rawArgs: [...rest] });
}
