import type { AbrContext, AbrFunction, RenditionChoice } from './abr-context.ts';
import { lookAhead } from './look-ahead.ts';
import { permitted } from './permitted.ts';

/**
 * The video rendition for one segment, and why. Whatever the rule, it sees only the renditions within the limits, or the
 * lowest where none is. Who chooses often keeps one rule and hands it in: it owns scratch space.
 */
export function selectRendition(context: AbrContext): RenditionChoice;
export function selectRendition(context: AbrContext, rule: AbrFunction): RenditionChoice<string>;
export function selectRendition(context: AbrContext, rule: AbrFunction = lookAhead()): RenditionChoice<string> {
  return rule({ ...context, video: permitted(context.video, context.limits) });
}
