import type { Licence } from '@pressplay/protocol/messages';

export type LicenceVerdict =
  | { readonly allowed: true }
  | { readonly allowed: false; readonly code: 'licence/territory' | 'licence/window'; readonly reason: string };

/** May this title be played in this country now? An unknown country is in no territory. */
export function judgeLicence(licence: Licence, country: string | undefined, wallMs: number): LicenceVerdict {
  const { territories, startsAtMs, endsAtMs } = licence;
  if (territories !== 'worldwide' && (country === undefined || !territories.includes(country))) {
    const where = country === undefined ? 'where you are (the country is not known)' : `in ${country}`;
    return { allowed: false, code: 'licence/territory', reason: `There is no licence for this title ${where}.` };
  }
  if (startsAtMs !== undefined && wallMs < startsAtMs) {
    return { allowed: false, code: 'licence/window', reason: 'The licence of this title has not started yet.' };
  }
  if (endsAtMs !== undefined && wallMs >= endsAtMs) {
    return { allowed: false, code: 'licence/window', reason: 'The licence of this title has ended.' };
  }
  return { allowed: true };
}
