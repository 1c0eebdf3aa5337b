/** The rules for `PlayerOptions.abr`, apart from the core: a player has the look-ahead and loads no other. */
export type {
  AbrContext,
  AbrFunction,
  AbrLimits,
  AbrRule,
  RenditionChoice,
  RenditionReason,
} from './abr-context.ts';
export { bolaRule } from './bola.ts';
export { type LookAheadConfig, lookAhead } from './look-ahead.ts';
export { selectRendition } from './select-rendition.ts';
export { throughputRule } from './throughput-rule.ts';
export { bitrateUtility, logUtility, measuredUtility, type Utility } from './utility.ts';
