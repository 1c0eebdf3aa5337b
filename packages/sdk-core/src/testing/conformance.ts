/** One rule of a port, to be run by each platform's own tests: `for (const { name, run } of cases) it(name, () => run(make))`. */
export interface ConformanceCase<Harness> {
  readonly name: string;
  /** Rejects where the rule is broken. Makes its own harness, and closes it where that has a `close`. */
  run(make: () => Harness | Promise<Harness>): Promise<void>;
}

interface Closable {
  close?(): void | Promise<void>;
}

export function conformanceCase<Harness extends Closable>(
  name: string,
  body: (harness: Harness) => Promise<void>,
): ConformanceCase<Harness> {
  return {
    name,
    async run(make) {
      const harness = await make();
      try {
        await body(harness);
      } finally {
        await harness.close?.();
      }
    },
  };
}

/** @throws Error where `holds` is false. */
export function check(holds: boolean, rule: string): asserts holds {
  if (!holds) throw new Error(`Broken: ${rule}`);
}

/** @throws Error where the two differ. */
export function checkEqual(found: unknown, expected: unknown, rule: string): void {
  const [a, b] = [JSON.stringify(found), JSON.stringify(expected)];
  check(a === b, `${rule}: found ${a}, expected ${b}`);
}

/** What `promise` rejects with. */
export async function rejection(promise: Promise<unknown>, rule: string): Promise<unknown> {
  let value: unknown;
  try {
    value = await promise;
  } catch (error) {
    return error;
  }
  throw new Error(`Broken: ${rule}: resolved with ${JSON.stringify(value)}`);
}
