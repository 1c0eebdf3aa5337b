const SOONEST_S = 2;
const SPREAD = 5;

/**
 * When who is refused may come again, by the last character of his play's id: the same for one play, and different for
 * those of a crowd, so that they do not all return at once.
 */
export function retryAfterS(playId: string): number {
  return SOONEST_S + ((playId.charCodeAt(playId.length - 1) || 0) % SPREAD);
}

/** The same for nginx: each delay with the characters that lead to it. */
export function retryAfterClasses(): ReadonlyMap<number, string> {
  const classes = new Map<number, string>();
  for (const last of '0123456789abcdefghijklmnopqrstuvwxyz')
    classes.set(retryAfterS(last), (classes.get(retryAfterS(last)) ?? '') + last);
  return classes;
}
