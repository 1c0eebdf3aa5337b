import type { Licence, LicenceWindow } from '@pressplay/protocol/messages';

export type LicenceVerdict =
  | { readonly allowed: true; readonly endsAtMs?: number }
  | {
      readonly allowed: false;
      readonly code: 'licence/territory' | 'licence/window';
      readonly reason: string;
      /** When it may be played here, where that is known. */
      readonly startsAtMs?: number;
    };

/** May this title be played in this country now? An unknown country is in no territory. */
export function judgeLicence(licence: Licence, country: string | undefined, wallMs: number): LicenceVerdict {
  if (isOpenForGood(licence) && covers(licence.territories, country)) return ALLOWED;
  const here = [licence, ...(licence.windows ?? [])].filter(({ territories }) => covers(territories, country));
  if (here.length === 0) {
    const where = country === undefined ? 'where you are (the country is not known)' : `in ${country}`;
    return { allowed: false, code: 'licence/territory', reason: `There is no licence for this title ${where}.` };
  }
  const open = here.filter((window) => isOpen(window, wallMs));
  if (open.length > 0) {
    const endsAtMs = Math.max(...open.map((window) => window.endsAtMs ?? Number.POSITIVE_INFINITY));
    return { allowed: true, ...(Number.isFinite(endsAtMs) && { endsAtMs }) };
  }
  const starts = here.flatMap(({ startsAtMs }) =>
    startsAtMs !== undefined && startsAtMs > wallMs ? [startsAtMs] : [],
  );
  if (starts.length === 0)
    return { allowed: false, code: 'licence/window', reason: 'The licence of this title has ended.' };
  const startsAtMs = Math.min(...starts);
  const reason = 'The licence of this title has not started yet.';
  return { allowed: false, code: 'licence/window', reason, startsAtMs };
}

const ALLOWED: LicenceVerdict = { allowed: true };

/** As most are: one window without beginning and end. */
const isOpenForGood = ({ windows, startsAtMs, endsAtMs }: Licence): boolean =>
  windows === undefined && startsAtMs === undefined && endsAtMs === undefined;

const covers = (territories: LicenceWindow['territories'], country: string | undefined): boolean =>
  territories === 'worldwide' || (country !== undefined && territories.includes(country));

const isOpen = ({ startsAtMs, endsAtMs }: LicenceWindow, wallMs: number): boolean =>
  wallMs >= (startsAtMs ?? Number.NEGATIVE_INFINITY) && wallMs < (endsAtMs ?? Number.POSITIVE_INFINITY);
