import { describe, expect, it } from 'vitest';
import { Calm } from './calm.ts';
import { PROMISED_BYTES } from './promised-traffic.ts';

/** 40 % of it are 50 MB a window. */
const CAPACITY_BPS = 10e9;

describe('how many responses may begin uncounted', () => {
  it('is a load that is watched anyway, of long ones where nothing is known', () => {
    expect(new Calm(CAPACITY_BPS).responses).toBe(16);
    expect(new Calm(CAPACITY_BPS / 100).responses).toBe(1);
  });

  it('is more once they are seen to be short, and again less once few come', () => {
    const calm = new Calm(CAPACITY_BPS);
    for (let look = 0; look < 10; look++) calm.look(2000 * 65_536, 2000);
    expect(calm.responses).toBe(512);
    for (let look = 0; look < 20; look++) calm.look(0, 0);
    expect(calm.responses).toBe(16);
  });

  it('is never less than for promises, however long they are', () => {
    const calm = new Calm(CAPACITY_BPS);
    for (let look = 0; look < 10; look++) calm.look(100 * 50 * PROMISED_BYTES, 100);
    expect(calm.responses).toBe(16);
  });
});
