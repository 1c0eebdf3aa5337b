import { describe, expect, it } from 'vitest';
import { judgeLicence } from './licence.ts';

describe('a licence', () => {
  it('holds in its territories only, and never where the country is unknown', () => {
    const licence = { territories: ['US', 'DE'] };
    expect(judgeLicence(licence, 'DE', 0)).toEqual({ allowed: true });
    expect(judgeLicence(licence, 'NZ', 0)).toMatchObject({ allowed: false, code: 'licence/territory' });
    expect(judgeLicence(licence, undefined, 0)).toMatchObject({ allowed: false, code: 'licence/territory' });
    expect(judgeLicence({ territories: [] }, 'US', 0).allowed).toBe(false);
  });

  it('holds everywhere when it is worldwide', () => {
    expect(judgeLicence({ territories: 'worldwide' }, undefined, 0)).toEqual({ allowed: true });
  });

  it('holds from its start until just before its end', () => {
    const licence = { territories: 'worldwide' as const, startsAtMs: 100, endsAtMs: 200 };
    const allowed = [99, 100, 199, 200].map((wallMs) => judgeLicence(licence, 'US', wallMs).allowed);
    expect(allowed).toEqual([false, true, true, false]);
    expect(judgeLicence(licence, 'US', 200)).toMatchObject({ code: 'licence/window' });
  });
});
