/** Checks one value; gives what is wrong with it, or undefined. */
export type Shape = (value: unknown, path: string) => string | undefined;

/** An object with at least these fields. Fields it does not name are let through: an older player meets newer backends. */
export function object(fields: Readonly<Record<string, Shape>>): Shape {
  const entries = Object.entries(fields);
  return (value, path) => {
    if (!isRecord(value)) return `${path} is no object`;
    for (const [name, shape] of entries) {
      const problem = shape(value[name], `${path}.${name}`);
      if (problem !== undefined) return problem;
    }
    return undefined;
  };
}

export function listOf(
  item: Shape,
  { min = 0, max = Number.POSITIVE_INFINITY }: { readonly min?: number; readonly max?: number } = {},
): Shape {
  return (value, path) => {
    if (!Array.isArray(value)) return `${path} is no list`;
    if (value.length < min || value.length > max) return `${path} has ${value.length} entries`;
    for (let i = 0; i < value.length; i++) {
      const problem = item(value[i], `${path}[${i}]`);
      if (problem !== undefined) return problem;
    }
    return undefined;
  };
}

/** An object used as a table. */
export function recordOf(item: Shape): Shape {
  return (value, path) => {
    if (!isRecord(value)) return `${path} is no object`;
    for (const [key, entry] of Object.entries(value)) {
      const problem = item(entry, `${path}.${key}`);
      if (problem !== undefined) return problem;
    }
    return undefined;
  };
}

/** The shape that the value of `key` names. */
export function eitherBy(key: string, shapes: Readonly<Record<string, Shape>>): Shape {
  return (value, path) => {
    if (!isRecord(value)) return `${path} is no object`;
    const name = String(value[key]);
    const shape = Object.hasOwn(shapes, name) ? shapes[name] : undefined;
    return shape ? shape(value, path) : `${path}.${key} is ${name}`;
  };
}

export const text: Shape = (value, path) =>
  typeof value === 'string' && value !== '' ? undefined : `${path} is no text`;

export const positive: Shape = (value, path) =>
  typeof value === 'number' && Number.isFinite(value) && value > 0 ? undefined : `${path} is no positive number`;

export const notNegative: Shape = (value, path) =>
  typeof value === 'number' && Number.isFinite(value) && value >= 0 ? undefined : `${path} is no number from 0`;

export const natural: Shape = (value, path) =>
  typeof value === 'number' && Number.isSafeInteger(value) && value >= 0
    ? undefined
    : `${path} is no whole number from 0`;

/** A field that may be absent. */
export const optional =
  (shape: Shape): Shape =>
  (value, path) =>
    value === undefined ? undefined : shape(value, path);

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
