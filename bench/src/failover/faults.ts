import type { Fault } from '@pressplay/protocol/messages';
import type { Fleet } from '@pressplay/testkit/fleet';
import { requestPlay } from '../browser/request-play.ts';
import { unixNowMs } from '../browser/transfers.ts';

export const FAULTS = ['reset', '503', 'hang', 'slow'] as const;
export type FaultName = (typeof FAULTS)[number];

const SWITCHED: Readonly<Record<FaultName, Fault>> = {
  reset: { kind: 'reset', afterBytes: 0 },
  '503': { kind: 'status', status: 503 },
  hang: { kind: 'stall', afterBytes: 0 },
  slow: { kind: 'rate', rateBps: 200_000 },
};

const NAMED_WITHIN_MS = 30_000;

/** Breaks a server for running and for new requests. Gives the Unix time just before, in milliseconds. */
export async function breakServer(fleet: Fleet, ocaId: string, fault: FaultName): Promise<number> {
  const atMs = unixNowMs();
  await fleet.setFaults(ocaId, [SWITCHED[fault]]);
  // It cuts its answers itself, so that its log says when: a killed process takes tens of milliseconds to let go of them.
  if (fault === 'reset') await fleet.killOca(ocaId);
  return atMs;
}

/** Everything works again, and the region knows it: a play of one server could go nowhere. */
export async function mendServer(fleet: Fleet, ocaId: string, fault: FaultName, titleId: string): Promise<void> {
  if (fault !== 'reset') return fleet.setFaults(ocaId, []);
  await fleet.restartOca(ocaId);
  await fleet.waitUntilLive(titleId);
  const giveUpAtMs = performance.now() + NAMED_WITHIN_MS;
  while (!(await requestPlay(fleet, titleId)).servers.some((server) => server.ocaId === ocaId)) {
    if (performance.now() > giveUpAtMs) throw new Error(`No region names ${ocaId}, which runs again.`);
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}
