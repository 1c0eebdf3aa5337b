import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readCmsdDynamic } from './read-cmsd.ts';

describe('CMSD-Dynamic', () => {
  it('gives rates in bits per second, and duress', () => {
    expect(readCmsdDynamic('"fjord-1-a";etp=4000;rtt=12;mb=3000;du')).toEqual({
      estimatedBps: 4_000_000,
      maxBps: 3_000_000,
      isInDuress: true,
    });
    expect(readCmsdDynamic('"fjord-1-a";etp=96')).toEqual({ estimatedBps: 96_000, isInDuress: false });
    expect(readCmsdDynamic('"x"; du=?1 ; etp=5')).toEqual({ estimatedBps: 5000, isInDuress: true });
    expect(readCmsdDynamic('"x";du=?0')).toEqual({ isInDuress: false });
  });

  it('is read from the last server on the way', () => {
    expect(readCmsdDynamic('"origin";du, "edge";etp=7')).toEqual({ estimatedBps: 7000, isInDuress: false });
  });

  it.each([[null], [''], ['fjord;du'], ['"a";DU'], ['"a";;du'], ['"a"du'], ['"a;du'], [`"a";${'x'.repeat(2000)}`]])(
    'says nothing where it is malformed: %s',
    (header) => {
      expect(readCmsdDynamic(header)).toBeUndefined();
    },
  );

  it.each(['-5', '0', '1.5', '"9"', '1e9', '9'.repeat(20)])('says no rate where it is %s', (value) => {
    expect(readCmsdDynamic(`"a";etp=${value};mb=${value}`)).toEqual({ isInDuress: false });
  });

  it('never throws, whatever comes', () => {
    fc.assert(fc.property(fc.string(), (text) => void readCmsdDynamic(text)));
    fc.assert(fc.property(fc.string(), (text) => void readCmsdDynamic(`"a";${text}`)));
  });
});
