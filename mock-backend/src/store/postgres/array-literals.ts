/**
 * Arrays as PostgreSQL reads them. The driver would make the same text of an array, at several times the cost: it replaces twice
 * in every element and copies what it has with each.
 */
export function textArray(values: readonly (string | undefined)[]): string {
  let text = '{';
  for (const [at, value] of values.entries()) {
    if (at > 0) text += ',';
    text += value === undefined ? 'NULL' : quoted(value);
  }
  return `${text}}`;
}

/** Of elements that need no quotes, or have them. */
export const plainArray = (values: readonly (number | boolean | string | undefined)[]): string =>
  `{${values.map((value) => (value === undefined ? 'NULL' : value)).join(',')}}`;

export const quoted = (value: string): string =>
  `"${SPECIAL.test(value) ? value.replace(EACH_SPECIAL, '\\$&') : value}"`;

const SPECIAL = /["\\]/;
const EACH_SPECIAL = /["\\]/g;
