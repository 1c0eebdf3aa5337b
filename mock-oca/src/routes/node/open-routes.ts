import { join } from 'node:path';
import type { Log } from '../../deps.ts';
import { sessionName } from '../bird-config.ts';
import { type RouteSource, staticRoutes } from '../route-source.ts';
import type { RoutesConfig, StartedBgp } from '../routes-config.ts';
import { routesErrorOf } from '../routes-error.ts';
import { BgpRoutes, type BgpRoutesOptions } from './bgp-routes.ts';
import { BirdDaemon, type DaemonUser } from './bird-daemon.ts';
import { FileRoutes } from './file-routes.ts';
import { findBird } from './find-bird.ts';

export interface RoutesParts {
  readonly log: Log;
  /** Whom a daemon becomes where this process is root. */
  readonly user?: DaemonUser | undefined;
  /** Where the agent keeps what it must remember. */
  readonly stateFolder?: string | undefined;
}

/** Opens the source that the configuration names. Throws a `RoutesError` where it cannot be. */
export function openRoutes(config: RoutesConfig, { log, user, stateFolder }: RoutesParts): RouteSource {
  if (config.source === 'static') return staticRoutes(config.routes);
  if (config.source === 'file') return new FileRoutes(config, log);
  const stateFile = stateFolder === undefined ? undefined : join(stateFolder, 'routes.json');
  if (config.daemon === 'attach') return new BgpRoutes({ ...config, log, stateFile });
  return startBgp(config, { log, user }, stateFile);
}

function startBgp(config: StartedBgp, { log, user }: RoutesParts, stateFile: string | undefined): RouteSource {
  const daemon = new BirdDaemon(config, findBird(config.program), log, user);
  const options: BgpRoutesOptions = {
    ...config,
    log,
    stateFile,
    socket: daemon.socket,
    protocols: config.peers.map((_, index) => sessionName(index + 1)),
    onSilent: () => daemon.start(),
    onClose: () => daemon.close(),
  };
  try {
    return new BgpRoutes(options);
  } catch (error) {
    void daemon.close();
    throw error;
  }
}

/** For a message to a person. */
export const routesMessage = (error: unknown): string => {
  const { code, message } = routesErrorOf(error);
  return `${message} (${code})`;
};
