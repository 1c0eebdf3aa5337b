import type { ArgsDef } from 'citty';
import { CliError } from './cli-error.ts';

/** citty passes options it does not know; a mistyped one must not be ignored. */
export function rejectUnknown(args: object, known: ArgsDef, positionals: readonly string[]): void {
  const names = new Set([...Object.keys(known).flatMap((name) => [name, camelCase(name)]), '_']);
  const unknown = Object.keys(args).find((name) => !names.has(name));
  const options = Object.entries(known).filter(([, definition]) => definition.type !== 'positional');
  if (unknown !== undefined)
    throw new CliError(
      `Unknown option ${dashed(unknown)}. Known: ${options.map(([name]) => dashed(name)).join(', ')}.`,
    );
  const wanted = Object.values(known).filter((definition) => definition.type === 'positional').length;
  if (positionals.length > wanted) throw new CliError(`Unexpected argument "${positionals[wanted]}".`);
}

/** An option's number, checked; `undefined` where it was not given. */
export function numberOption(
  name: string,
  text: string | undefined,
  range: { readonly min: number; readonly max: number; readonly whole?: boolean },
): number | undefined {
  if (text === undefined) return undefined;
  const value = text.trim() === '' ? Number.NaN : Number(text);
  const good =
    Number.isFinite(value) && value >= range.min && value <= range.max && (!range.whole || Number.isInteger(value));
  if (!good)
    throw new CliError(
      `--${name} must be a ${range.whole ? 'whole ' : ''}number from ${range.min} to ${range.max}, not "${text}".`,
    );
  return value;
}

/** One of a few words; `undefined` where it was not given. */
export function choiceOption<T extends string>(
  name: string,
  text: string | undefined,
  choices: readonly T[],
): T | undefined {
  const choice = choices.find((each) => each === text);
  if (text !== undefined && choice === undefined)
    throw new CliError(`--${name} must be one of ${choices.join(', ')}, not "${text}".`);
  return choice;
}

const UNIT_MS = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 } as const;

/** An option's time, as `60s`, `2m`, `1.5h`, `500ms`, in milliseconds; a bare number means seconds. */
export function durationOption(
  name: string,
  text: string | undefined,
  range: { readonly minMs: number; readonly maxMs: number },
): number | undefined {
  if (text === undefined) return undefined;
  const [, digits, unit = 's'] = /^(\d+(?:\.\d+)?)(ms|s|m|h)?$/.exec(text.trim()) ?? [];
  const ms = Number(digits) * UNIT_MS[unit as keyof typeof UNIT_MS];
  if (ms >= range.minMs && ms <= range.maxMs) return ms;
  const [least, most] = [range.minMs, range.maxMs].map((bound) => `${bound / 1000} s`);
  throw new CliError(`--${name} must be a time from ${least} to ${most}, as 60s or 2m, not "${text}".`);
}

/** All values of an option that may be repeated: citty keeps only the last. */
export function repeatedOption(name: string, rawArgs: readonly string[]): string[] {
  return rawArgs.flatMap((arg, index) => {
    if (arg.startsWith(`--${name}=`)) return [arg.slice(name.length + 3)];
    const next = rawArgs[index + 1];
    return arg === `--${name}` && next !== undefined ? [next] : [];
  });
}

const dashed = (name: string) => (name.length === 1 ? `-${name}` : `--${name}`);

function camelCase(name: string): string {
  return name.replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase());
}
