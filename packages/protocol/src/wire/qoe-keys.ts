import type { QoeSummary } from '../messages.ts';

const PREFIX = 'dev.pressplay-';

/**
 * A play's figures as CMCD keys of our own, one figure a key: `playingMs` is `dev.pressplay-playing-ms`, and the count
 * of `moves` by `stalled` is `dev.pressplay-moves.stalled`. Values of own keys are short strings, says
 * the standard. Error codes are left to its own `ec`.
 */
export function qoeToCmcd({ errorCodes: _, ...qoe }: QoeSummary): Readonly<Record<`${string}-${string}`, string>> {
  const keys: Record<`${string}-${string}`, string> = {};
  for (const [name, value] of Object.entries(qoe)) {
    const key = `${PREFIX}${kebab(name)}` as const;
    if (typeof value === 'string') keys[key] = value;
    else if (typeof value === 'number') keys[key] = String(plain(name, value));
    else {
      for (const [part, count] of Object.entries(value))
        if (/^[a-z0-9-]+$/.test(part)) keys[`${key}.${part}`] = String(count);
    }
  }
  return keys;
}

/** What `qoeToCmcd` wrote, to be checked; undefined where there is nothing of it. */
export function qoeFromCmcd(event: Readonly<Record<string, unknown>>): unknown {
  const qoe: Record<string, unknown> = {};
  for (const [key, text] of Object.entries(event)) {
    if (!key.startsWith(PREFIX)) continue;
    const [name = '', part] = key.slice(PREFIX.length).split('.', 2);
    const value = read(text);
    if (part === undefined) qoe[camel(name)] = value;
    else qoe[camel(name)] = { ...(qoe[camel(name)] as object | undefined), [part]: value };
  }
  if (!('outcome' in qoe)) return undefined;
  return { moves: {}, handOvers: {}, bytesByServer: {}, errorCodes: event.ec ?? [], ...qoe };
}

/** Whole milliseconds, bits and bytes; a ratio with three digits. */
const plain = (name: string, value: number): number =>
  name === 'rebufferRatio' ? Math.round(value * 1000) / 1000 : Math.round(value);

const read = (text: unknown): unknown => (/^\d+(\.\d+)?$/.test(String(text)) ? Number(text) : text);

const kebab = (name: string): string => name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
const camel = (name: string): string => name.replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase());
