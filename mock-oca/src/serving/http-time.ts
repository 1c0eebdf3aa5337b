const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
const TIME = '(?<hour>\\d\\d):(?<minute>\\d\\d):(?<second>\\d\\d)';
/** The three forms of RFC 9110 5.6.7. As in nginx, the day of the week and the zone are not looked at. */
const FORMS = [
  new RegExp(`^[^, ]*, *(?<day>\\d\\d) (?<month>[A-Z][a-z]{2}) (?<year>\\d{4}) ${TIME}`),
  new RegExp(`^[^, ]*, *(?<day>\\d\\d)-(?<month>[A-Z][a-z]{2})-(?<year>\\d\\d) ${TIME}`),
  new RegExp(`^[^, ]* +(?<month>[A-Z][a-z]{2})  ?(?<day>\\d\\d?) ${TIME} (?<year>\\d{4})`),
];

/** A date of HTTP in Unix seconds; undefined where it is none. */
export function parseHttpTime(text: string): number | undefined {
  for (const form of FORMS) {
    const groups = form.exec(text)?.groups;
    if (groups) return secondsOf(groups);
  }
  return undefined;
}

function secondsOf(groups: Readonly<Record<string, string>>): number | undefined {
  const { day = '', month = '', year = '', hour = '', minute = '', second = '' } = groups;
  const monthIndex = MONTHS.indexOf(month);
  if (monthIndex < 0 || Number(hour) > 23 || Number(minute) > 59 || Number(second) > 59) return undefined;
  // Two digits of a year: this century's until 69.
  const fullYear = year.length === 4 ? Number(year) : Number(year) + (Number(year) < 70 ? 2000 : 1900);
  const date = new Date(Date.UTC(2000, monthIndex, 1, Number(hour), Number(minute), Number(second)));
  date.setUTCFullYear(fullYear, monthIndex, Number(day));
  // A day that the month lacks has moved into the next one.
  return date.getUTCMonth() === monthIndex ? date.getTime() / 1000 : undefined;
}
