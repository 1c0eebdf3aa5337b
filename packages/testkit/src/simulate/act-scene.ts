import type { World } from '../simulation/world.ts';
import type { Happenings } from './happenings.ts';
import type { ClockJump, Loss, ViewerAction, ViewerScene } from './scene.ts';
import type { Viewer } from './viewer.ts';

/** What is to happen in a session at its own time, whatever else happens. */
export interface Timetable {
  readonly world: World;
  readonly happenings: Happenings;
  at(delayMs: number, act: () => void): void;
  /** Nothing more happens. */
  close(): void;
}

/** The viewer does what he does, as far as his play is there to do it with. */
export function actFor(timetable: Timetable, viewer: Viewer, durationMs: number): void {
  for (const action of viewer.scene.actions)
    timetable.at(viewer.scene.startAfterMs + action.atMs, () => act(timetable, viewer, action, durationMs));
}

function act(timetable: Timetable, { player }: Viewer, action: ViewerAction, durationMs: number): void {
  const isThere = (): boolean => !['idle', 'failed', 'ended'].includes(player.state);
  if (!isThere()) return;
  timetable.happenings.add(action.kind);
  if (action.kind === 'seek') {
    player.seek(Math.floor(action.share * durationMs));
    return;
  }
  player.pause();
  timetable.at(action.lastsMs, () => {
    if (isThere()) player.play();
  });
}

export function changeRates({ world, happenings, at }: Timetable, { scene, player }: Viewer): void {
  for (const { atMs, rate } of scene.rates ?? []) {
    at(scene.startAfterMs + atMs, () => {
      happenings.add('rate');
      world.setPlaybackRate(player, rate);
    });
  }
}

export function skewRegions({ world, happenings, at }: Timetable, jumps: readonly ClockJump[]): void {
  for (const { region, skewMs, atMs, lastsMs } of jumps) {
    const { regionId } = world.fleet.regions[region] ?? {};
    if (regionId === undefined) continue;
    at(atMs, () => {
      happenings.add('region-clock');
      world.skewRegionClock(regionId, skewMs);
    });
    at(atMs + lastsMs, () => world.skewRegionClock(regionId, 0));
  }
}

export function loseLines({ world, happenings, at }: Timetable, viewers: readonly ViewerScene[]): void {
  for (const { clientAddress, lineLosses } of viewers) {
    for (const { atMs, lastsMs, state } of lineLosses) {
      at(atMs, () => {
        happenings.add(`line-${state}`);
        world.setLink(clientAddress, { state });
      });
      at(atMs + lastsMs, () => world.setLink(clientAddress, { state: 'up' }));
    }
  }
}

/** All regions die; those that nobody started meanwhile come back. */
export function loseControlPlane({ world, happenings, at }: Timetable, { atMs, lastsMs }: Loss): void {
  at(atMs, () => {
    happenings.add('all-regions-down');
    for (const region of world.fleet.regions) if (region.isUp) world.killRegion(region.regionId);
  });
  at(atMs + lastsMs, () => {
    for (const region of world.fleet.regions) if (!region.isUp) world.restartRegion(region.regionId);
  });
}
