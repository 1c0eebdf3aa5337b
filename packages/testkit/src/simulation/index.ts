export type { RequestLogLine } from '@pressplay/mock-oca';
export type { Link, LinkState } from './endpoint.ts';
export type { WorldEvent } from './event-log.ts';
export type { ExchangeOutcome, ExchangeRecord } from './exchange.ts';
export {
  byteViolations,
  entriesOf,
  missingSegments,
  type PlayToInspect,
  totalOf,
  unaccountedBytes,
} from './inspect-play.ts';
export { type SyntheticTitle, synthesizeTitle, type TitleRecipe } from './media.ts';
export { Network } from './network.ts';
export { integerFrom, type Prng, pickFrom, prngFor, prngOf } from './prng.ts';
export type { OcaSettings } from './simulated-oca.ts';
export type { SimulatedPlayerOptions } from './simulated-players.ts';
export type { ControlPlaneSettings } from './simulated-region.ts';
export { parseTrace, type Trace, type TraceStep } from './trace.ts';
export {
  clockJump,
  corruption,
  draining,
  TROUBLES,
  type Trouble,
  type TroublePlan,
  troubleRegion,
  troubleSomebody,
  troubleTheStart,
} from './troubles.ts';
export type { WitnessedRange } from './witness-engine.ts';
export { createWorld, type World, type WorldOptions } from './world.ts';
export { type Span, WorldTruth } from './world-truth.ts';
