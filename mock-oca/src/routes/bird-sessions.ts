/** A BGP session as BIRD shows it. */
export interface BirdSession {
  readonly name: string;
  readonly up: boolean;
  /** `Established`, `Connect`, or why not: `Error: Hold timer expired`. */
  readonly reason: string;
  /** The same text as long as no route has come or gone. */
  readonly counts: string;
}

/** Reads `show protocols all`: the sessions by their name. */
export function readSessions(lines: readonly string[]): ReadonlyMap<string, BirdSession> {
  const sessions = new Map<string, BirdSession>();
  for (const block of blocksOf(lines)) {
    const [, name, , , , state = '', since = '', info = ''] =
      /^(\S+)\s+(BGP)\s+(\S+)\s+((up|start|down|stop)\s+(\S+(?: \d\d:\d\d:\d\d\S*)?)\s*(.*))$/.exec(block[0] ?? '') ??
      [];
    if (name === undefined) continue;
    const lastError = block.map((line) => /^\s+Last error:\s+(.*)$/.exec(line)?.[1]).find(Boolean);
    const counters = block
      .filter((line) => /^\s+(Routes|Import (updates|withdraws)):/.test(line))
      .map((line) => line.trim());
    const isUp = state === 'up' && info.startsWith('Established');
    const reason = [info.trim() || state, ...(isUp || lastError === undefined ? [] : [lastError])].join(', ');
    sessions.set(name, { name, up: isUp, reason, counts: [since, ...counters].join('\n') });
  }
  return sessions;
}

/** Each protocol begins at the margin. */
function blocksOf(lines: readonly string[]): readonly string[][] {
  const blocks: string[][] = [];
  for (const line of lines) {
    if (/^\S/.test(line)) blocks.push([line]);
    else blocks.at(-1)?.push(line);
  }
  return blocks;
}
