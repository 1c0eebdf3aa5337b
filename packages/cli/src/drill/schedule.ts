/** One morning a month: `first Tuesday 10:00`, in UTC. */
export interface DrillSchedule {
  readonly week: (typeof WEEKS)[number];
  /** 0 is Sunday. */
  readonly weekday: number;
  readonly hour: number;
  readonly minute: number;
}

export const WEEKS = ['first', 'second', 'third', 'fourth', 'last'] as const;
const WEEKDAYS = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'] as const;

const DAY_MS = 24 * 3600 * 1000;

/** Undefined where the words are none. Week days may be cut to three letters. */
export function parseSchedule(text: string): DrillSchedule | undefined {
  const [, weekWord = '', dayWord = '', hour, minute] =
    /^\s*([a-z]+)\s+([a-z]{3,})\s+(\d{1,2}):(\d{2})\s*$/i.exec(text) ?? [];
  const week = WEEKS.find((known) => known === weekWord.toLowerCase());
  const weekday = WEEKDAYS.findIndex((day) => {
    const [known, given] = [day.toLowerCase(), dayWord.toLowerCase()];
    return given === known || given === known.slice(0, 3);
  });
  const time = { hour: Number(hour), minute: Number(minute) };
  if (!week || weekday < 0 || !(time.hour < 24 && time.minute < 60)) return undefined;
  return { week, weekday, ...time };
}

export function scheduleText({ week, weekday, hour, minute }: DrillSchedule): string {
  const two = (value: number) => String(value).padStart(2, '0');
  return `${week} ${WEEKDAYS[weekday]} ${two(hour)}:${two(minute)}`;
}

/** The first date after `afterMs`, in Unix time. */
export function nextDate(schedule: DrillSchedule, afterMs: number): number {
  const after = new Date(afterMs);
  const thisMonthMs = dateIn(after.getUTCFullYear(), after.getUTCMonth(), schedule);
  return thisMonthMs > afterMs ? thisMonthMs : dateIn(after.getUTCFullYear(), after.getUTCMonth() + 1, schedule);
}

/** A month above 11 belongs to the next year. */
function dateIn(year: number, month: number, { week, weekday, hour, minute }: DrillSchedule): number {
  const timeMs = (hour * 60 + minute) * 60_000;
  if (week === 'last') {
    const lastDayMs = Date.UTC(year, month + 1, 0);
    return lastDayMs - ((new Date(lastDayMs).getUTCDay() - weekday + 7) % 7) * DAY_MS + timeMs;
  }
  const firstDayMs = Date.UTC(year, month, 1);
  const firstMs = firstDayMs + ((weekday - new Date(firstDayMs).getUTCDay() + 7) % 7) * DAY_MS;
  return firstMs + WEEKS.indexOf(week) * 7 * DAY_MS + timeMs;
}

/** Drills take the regions in turn, by the month, so that each learns to do without each. */
export function regionOfDrill(regionIds: readonly string[], atMs: number): string | undefined {
  const at = new Date(atMs);
  return regionIds[(at.getUTCFullYear() * 12 + at.getUTCMonth()) % Math.max(1, regionIds.length)];
}
