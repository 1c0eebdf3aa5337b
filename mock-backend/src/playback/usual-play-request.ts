import type { PlayRequest } from '@pressplay/protocol/messages';

const TITLE_ID = /^[a-z0-9][a-z0-9-]{0,63}$/;
/** The schema counts what is made of two as one. */
const IN_PAIRS = /[\ud800-\udfff]/;
const DYNAMIC_RANGES: readonly unknown[] = ['sdr', 'hdr10', 'hlg', 'dolby-vision'];
const SECURITY_LEVELS: readonly unknown[] = ['L1', 'L2', 'L3'];

type Check = (value: unknown) => boolean;

const isText =
  (least: number, most: number): Check =>
  (value) =>
    typeof value === 'string' && value.length >= least && value.length <= most && (least < 2 || !IN_PAIRS.test(value));

const isList =
  (least: number, most: number, isItem: Check): Check =>
  (value) =>
    Array.isArray(value) && value.length >= least && value.length <= most && value.every((item) => isItem(item));

const isPositive: Check = (value) => typeof value === 'number' && value > 0 && Number.isFinite(value);

/** Fields in the order of the schema, each as it may be; `needed` of them, the first, must be there. */
interface Shape {
  readonly names: readonly string[];
  readonly checks: readonly Check[];
  readonly needed: readonly string[];
}

const shape = (fields: Readonly<Record<string, Check>>, needed: readonly string[] = []): Shape => ({
  names: Object.keys(fields),
  checks: Object.values(fields),
  needed,
});

/** In another order it may be good as well: then the schema puts it in order. */
function fits(value: unknown, { names, checks, needed }: Shape): boolean {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  let place = -1;
  let neededCount = 0;
  for (const name of Object.keys(value)) {
    const at = names.indexOf(name, place + 1);
    if (at < 0 || checks[at]?.((value as Readonly<Record<string, unknown>>)[name]) !== true) return false;
    if (needed.includes(name)) neededCount++;
    place = at;
  }
  return neededCount === needed.length;
}

const isCodec = isText(1, 64);
const areLanguages = isList(0, 20, isText(2, 35));

const DEVICE = shape(
  {
    videoCodecs: isList(1, 40, isCodec),
    audioCodecs: isList(0, 40, isCodec),
    maxHeightPx: (value) => isPositive(value) && Number.isSafeInteger(value),
    maxVideoBps: isPositive,
    dynamicRanges: isList(0, 10, (value) => DYNAMIC_RANGES.includes(value)),
    securityLevel: (value) => SECURITY_LEVELS.includes(value),
    name: isText(1, 64),
  },
  ['videoCodecs', 'audioCodecs'],
);

const PREFERENCES = shape({ audioLanguages: areLanguages, subtitleLanguages: areLanguages });

const REQUEST = shape(
  {
    titleId: (value) => typeof value === 'string' && TITLE_ID.test(value),
    device: (value) => fits(value, DEVICE),
    idempotencyKey: isText(8, 128),
    playerId: isText(8, 64),
    intent: (value) => value === 'play' || value === 'prefetch',
    preferences: (value) => fits(value, PREFERENCES),
    manifests: (value) => typeof value === 'boolean',
  },
  ['titleId', 'device', 'idempotencyKey'],
);

/**
 * Whether the body is a play request as nearly all are, at a tenth of what the schema needs. It never says yes to what the
 * schema refuses or would change; where it says no, the schema judges, and tells what is wrong.
 */
export const isUsualPlayRequest = (body: unknown): body is PlayRequest => fits(body, REQUEST);
