import type { AbrFunction } from './abr-context.ts';
import { lookAhead } from './look-ahead.ts';
import { rungOf } from './permitted.ts';

/**
 * The rule that an app asked for, or the look-ahead. Where the app's function throws, or answers with a rendition that
 * it was not offered, `onFault` is told and the look-ahead answers instead: a play goes on.
 */
export function ruleOf(own: AbrFunction | undefined, onFault: (error: unknown) => void): AbrFunction {
  const fallback = lookAhead();
  if (!own) return fallback;
  return (context) => {
    try {
      const choice = own(context);
      const offered = context.video[rungOf(context.video, choice.rendition)];
      if (offered) return { rendition: offered, reason: choice.reason };
      onFault(new RangeError(`"${choice.rendition?.renditionId}" is not on offer.`));
    } catch (error) {
      onFault(error);
    }
    return fallback(context);
  };
}
