import { describe, expect, it } from 'vitest';
import { isSlump, linkShareAfter, slumpOfLink } from '../server-selection/slump.ts';
import { Slumps } from './delivery-slumps.ts';

describe('a slump', () => {
  const slump = { ocaId: 'a', bps: 500_000, atMs: 1000 };

  it('is the link’s where another server does no better, and the server’s where it does', () => {
    expect(slumpOfLink(slump, { quickBps: 550_000, sampledAtMs: 2000 })).toBe(true);
    expect(slumpOfLink(slump, { quickBps: 4_000_000, sampledAtMs: 2000 })).toBe(false);
  });

  it('is nobody’s before another server has delivered for a moment', () => {
    expect(slumpOfLink(slump, {})).toBeUndefined();
    expect(slumpOfLink(slump, { quickBps: 4_000_000, sampledAtMs: 1100 })).toBeUndefined();
  });

  it('is a fall well below what is usual', () => {
    expect([isSlump(6e6, 10e6), isSlump(9e6, 10e6)]).toEqual([true, false]);
  });

  it('is the more probably the link’s the more were', () => {
    expect([linkShareAfter(0, 0), linkShareAfter(2, 0), linkShareAfter(0, 2)]).toEqual([0.5, 0.75, 0.25]);
  });
});

describe('a server that was left for its pace', () => {
  it('is gone back to where the next one is as slow, once', () => {
    const slumps = new Slumps();
    slumps.left('a', 500_000, 1000);
    expect(slumps.settle('b', () => ({}))).toBeUndefined();
    expect(slumps.settle('b', () => ({ quickBps: 400_000, sampledAtMs: 2000 }))).toBe('a');
    expect(slumps.settle('a', () => ({ quickBps: 400_000, sampledAtMs: 2000 }))).toBeUndefined();
    expect(slumps.linkShare).toBeGreaterThan(0.5);
  });

  it('stays left where the next one is faster', () => {
    const slumps = new Slumps();
    slumps.left('a', 500_000, 1000);
    expect(slumps.settle('b', () => ({ quickBps: 4e6, sampledAtMs: 2000 }))).toBeUndefined();
    expect(slumps.linkShare).toBeLessThan(0.5);
  });

  it('is gone back to at once where the next one is left for the same pace, not a third one asked', () => {
    const slumps = new Slumps();
    expect(slumps.left('a', 500_000, 1000)).toBeUndefined();
    expect(slumps.left('b', 450_000, 2500)).toBe('a');
    expect(slumps.linkShare).toBeGreaterThan(0.5);
    expect(slumps.settle('a', () => ({ quickBps: 400_000, sampledAtMs: 9000 }))).toBeUndefined();
  });

  it('stays left where the next one did better before it was left in its turn', () => {
    const slumps = new Slumps();
    slumps.left('a', 500_000, 1000);
    expect(slumps.left('b', 900_000, 2500)).toBeUndefined();
    expect(slumps.linkShare).toBeLessThan(0.5);
    expect(slumps.settle('c', () => ({ quickBps: 800_000, sampledAtMs: 4000 }))).toBe('b');
  });

  it('teaches the same where another one was only asked for a piece', () => {
    const slumps = new Slumps();
    slumps.explored('a', 'b', { quickBps: 1e6, usualBps: 4e6 }, 1000);
    const measured = (ocaId: string) => ({ quickBps: ocaId === 'b' ? 1e6 : 4e6, sampledAtMs: 2000 });
    expect(slumps.settle('a', measured)).toBeUndefined();
    expect(slumps.linkShare).toBeGreaterThan(0.5);
  });
});
