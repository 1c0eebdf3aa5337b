import { describe, expect, it } from 'vitest';
import {
  DURESS_MS as duressMs,
  freshRates,
  isInDuress,
  isToBeLeft,
  LEAVE_WITHIN_MS as leaveWithinMs,
  HINT_MEMORY_MS as memoryMs,
  NO_HINTS,
  noteHint,
} from './load-hints.ts';

const silent = { estimatedBps: undefined, maxBps: undefined, isInDuress: false };
const duress = { ...silent, isInDuress: true };
const hear = (nowMs: number, chance: number, before = NO_HINTS, says = duress) =>
  noteHint(before, { ocaId: 'a', says, nowMs, chance });

describe('duress', () => {
  it('is followed at a moment of chance, which hearing of it again does not put off', () => {
    const first = hear(0, 0.5);
    expect(isToBeLeft(first, 'a', leaveWithinMs / 2 - 1)).toBe(false);
    const again = hear(4000, 0.99, first);
    expect(isToBeLeft(again, 'a', leaveWithinMs / 2)).toBe(true);
  });

  it('ends when the server says nothing of it any more, or by itself', () => {
    const first = hear(0, 0);
    expect(isInDuress(hear(100, 0, first, silent), 'a', 100)).toBe(false);
    expect(isInDuress(first, 'a', duressMs - 1)).toBe(true);
    expect(isInDuress(first, 'a', duressMs)).toBe(false);
  });

  it('concerns nobody else', () => {
    expect(isInDuress(hear(0, 0), 'b', 1)).toBe(false);
  });
});

describe('rates that a server names', () => {
  it('are forgotten', () => {
    const says = { ...silent, maxBps: 3e6 };
    const hints = noteHint(NO_HINTS, { ocaId: 'a', says, nowMs: 0, chance: 0 });
    expect(freshRates(hints, 'a', memoryMs).maxBps).toBe(3e6);
    expect(freshRates(hints, 'a', memoryMs + 1)).toEqual({});
  });
});
