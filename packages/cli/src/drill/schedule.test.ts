import fc from 'fast-check';
import { expect, it } from 'vitest';
import { type DrillSchedule, nextDate, parseSchedule, regionOfDrill, scheduleText, WEEKS } from './schedule.ts';

const at = (text: string) => Date.parse(`${text}Z`);
const next = (schedule: string, after: string): string => {
  const parsed = parseSchedule(schedule);
  if (!parsed) throw new Error(`${schedule} is no schedule`);
  return new Date(nextDate(parsed, at(after))).toISOString().slice(0, 16);
};

it.each([
  ['first Tuesday 10:00', '2026-11-22T03:00', '2026-12-01T10:00'],
  ['first Tuesday 10:00', '2026-12-01T09:59', '2026-12-01T10:00'],
  ['first Tuesday 10:00', '2026-12-01T10:00', '2027-01-05T10:00'],
  ['third wed 9:30', '2026-02-01T00:00', '2026-02-18T09:30'],
  ['last Friday 23:59', '2028-02-01T00:00', '2028-02-25T23:59'],
  ['last Sunday 00:00', '2026-12-28T00:00', '2027-01-31T00:00'],
  ['Fourth Monday 08:00', '2026-12-31T23:00', '2027-01-25T08:00'],
])('%s, seen from %s, is on %s', (schedule, after, expected) => {
  expect(next(schedule, after)).toBe(expected);
});

it.each(['', 'Tuesday 10:00', 'fifth Tuesday 10:00', 'first Tues 10:00', 'first Tuesday 24:00', 'first Tuesday 10:60'])(
  '%j is no schedule',
  (text) => {
    expect(parseSchedule(text)).toBeUndefined();
  },
);

const anySchedule: fc.Arbitrary<DrillSchedule> = fc.record({
  week: fc.constantFrom(...WEEKS),
  weekday: fc.integer({ min: 0, max: 6 }),
  hour: fc.integer({ min: 0, max: 23 }),
  minute: fc.integer({ min: 0, max: 59 }),
});

it('a schedule is read as it is written', () => {
  fc.assert(
    fc.property(anySchedule, (schedule) => {
      expect(parseSchedule(scheduleText(schedule))).toEqual(schedule);
    }),
  );
});

it('every month has exactly one date, on that day of the week, in that week, at that time', () => {
  const anyMoment = fc.integer({ min: at('2020-01-01T00:00'), max: at('2100-01-01T00:00') });
  fc.assert(
    fc.property(anySchedule, anyMoment, (schedule, startMs) => {
      let fromMs = startMs;
      let month: number | undefined;
      for (let count = 0; count < 14; count++) {
        const dateMs = nextDate(schedule, fromMs);
        expect(dateMs).toBeGreaterThan(fromMs);
        const date = new Date(dateMs);
        const ofYear = date.getUTCFullYear() * 12 + date.getUTCMonth();
        if (month !== undefined) expect(ofYear).toBe(month + 1);
        month = ofYear;
        expect([date.getUTCDay(), date.getUTCHours(), date.getUTCMinutes()]).toEqual([
          schedule.weekday,
          schedule.hour,
          schedule.minute,
        ]);
        const day = date.getUTCDate();
        const daysInMonth = new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 0)).getUTCDate();
        if (schedule.week === 'last') expect(day).toBeGreaterThan(daysInMonth - 7);
        else expect(Math.ceil(day / 7)).toBe(WEEKS.indexOf(schedule.week) + 1);
        fromMs = dateMs;
      }
    }),
  );
});

it('regions take turns month by month', () => {
  const turns = ['2026-11-03', '2026-12-01', '2027-01-05'].map((day) =>
    regionOfDrill(['a', 'b', 'c'], at(`${day}T10:00`)),
  );
  expect([...turns].sort()).toEqual(['a', 'b', 'c']);
  expect(regionOfDrill([], 0)).toBeUndefined();
});
