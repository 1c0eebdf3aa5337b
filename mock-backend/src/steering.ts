/** The steering door: its pure parts, for benches, the command line and tools. */

export { FleetState } from './fleet/fleet-state.ts';
export { OcaRecord } from './fleet/oca-record.ts';
export { joinRoutes, packAnnounced } from './steering/announced-routes.ts';
export { addedBps, chooseServers, nameServers, noteDrops } from './steering/choose-servers.ts';
export { Content, FileNumbers } from './steering/content.ts';
export { longestPrefix4, longestPrefix6 } from './steering/longest-prefix.ts';
export { lookAround, noteLook, surveyAround } from './steering/look-around.ts';
export { spellOutDecision } from './steering/noted-decision.ts';
export { groupOf, type SteerableOca } from './steering/oca-group.ts';
export {
  type AnnouncedPrefix,
  joinAnnouncements,
  packAnnouncements,
  packRoutes,
  type ReportedRoute,
} from './steering/packed-announcements.ts';
export {
  type Announcements,
  buffersOf,
  buildPrefixTable,
  familyOf,
  lookup,
  matchesOf,
  type PackedAnnouncements,
  type PrefixTable,
  sizeOf,
} from './steering/prefix-table.ts';
export { pointOf, type RouteFeed, type Routing, routingOf } from './steering/routing.ts';
