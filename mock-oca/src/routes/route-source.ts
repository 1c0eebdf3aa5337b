import type { Route, RoutesStatus } from '@pressplay/protocol/messages';

/** Where the announced prefixes come from. */
export interface RouteSource {
  /** The same array as long as nothing has changed. */
  routes(): readonly Route[];
  status(): RoutesStatus;
  onChange(listener: () => void): void;
  close(): Promise<void>;
}

/** A list that stays as it is. */
export function staticRoutes(routes: readonly Route[]): RouteSource {
  return {
    routes: () => routes,
    status: () => ({ source: 'static', announced: routes.length, refused: {}, sessions: [] }),
    onChange: () => {},
    close: async () => {},
  };
}
