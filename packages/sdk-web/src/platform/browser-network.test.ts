import { describe, expect, it } from 'vitest';
import { browserNetwork } from './browser-network.ts';

describe('what the browser says of its connection', () => {
  it('is read anew each time', () => {
    let facts = { type: 'wifi', saveData: false };
    const network = browserNetwork(() => facts);
    expect(network.current()).toEqual({ kind: 'wifi', savesData: false });
    facts = { type: 'cellular', saveData: true };
    expect(network.current()).toEqual({ kind: 'cellular', savesData: true });
  });

  it('is nothing where it does not know', () => {
    expect(browserNetwork(() => undefined).current()).toEqual({});
    expect(browserNetwork(() => ({ type: 'unknown' })).current()).toEqual({});
    expect(() => browserNetwork().current()).not.toThrow();
  });
});
