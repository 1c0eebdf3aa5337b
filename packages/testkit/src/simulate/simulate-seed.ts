import { synthesizeTitle } from '../simulation/media.ts';
import { playSession, type SessionResult } from './play-session.ts';
import { drawScene, type Scene } from './scene.ts';
import type { TraceLibrary } from './trace-library.ts';

const TITLES = [
  synthesizeTitle({ titleId: 'noise-1', durationMs: 32_000 }),
  synthesizeTitle({ titleId: 'noise-2', durationMs: 48_000, segmentMs: 2000 }),
];

export function sceneOf(seed: number, library: TraceLibrary): Scene {
  return drawScene(seed, { titleCount: TITLES.length, traces: library.names });
}

/** The session of one seed. What breaks it off is a violation like others. */
export async function simulateSeed(seed: number, library: TraceLibrary): Promise<SessionResult> {
  try {
    return await playSession(sceneOf(seed, library), { titles: TITLES, trace: (name) => library.trace(name) });
  } catch (error) {
    const violations = [`the session broke off: ${stackOf(error)}`];
    return { seed, viewers: [], virtualMs: 0, violations, happenings: {}, eventsDigest: '' };
  }
}

function stackOf(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
