/** Plain headings and lines: readable in a terminal, in a log, and in CI. */
export const say = (text) => console.log(text);

export function heading(text) {
  console.log(`\n== ${text}`);
}

export function seconds(ms) {
  return `${(ms / 1000).toFixed(1)} s`;
}

/** Runs one named step; says what it does, then how long it took. */
export async function step(name, perform) {
  const startedMs = Date.now();
  heading(name);
  const result = await perform();
  say(`   ${name}: ${seconds(Date.now() - startedMs)}`);
  return result;
}

/** A failure that one clear line explains. */
export class StepError extends Error {}
