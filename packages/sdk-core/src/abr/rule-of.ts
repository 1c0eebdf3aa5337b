import type { AbrFunction, AbrRule } from './abr-context.ts';
import { bolaRule } from './bola.ts';
import { lookAhead } from './look-ahead.ts';
import { rungOf } from './permitted.ts';
import { throughputRule } from './throughput-rule.ts';

export type AbrName = 'look-ahead' | 'bola' | 'throughput';

/**
 * The rule that an app asked for. Where its own function throws, or answers with a rendition that it was not offered,
 * `onFault` is told and the look-ahead answers instead: a play goes on.
 */
export function ruleOf(abr: AbrName | AbrFunction, onFault: (error: unknown) => void): AbrFunction {
  if (typeof abr === 'function') return guarded(abr, lookAhead(), onFault);
  const rules: Readonly<Record<AbrName, () => AbrRule>> = {
    'look-ahead': () => lookAhead(),
    bola: () => bolaRule,
    throughput: () => throughputRule,
  };
  return rules[abr]();
}

function guarded(own: AbrFunction, fallback: AbrRule, onFault: (error: unknown) => void): AbrFunction {
  return (context) => {
    try {
      const choice = own(context);
      const offered = context.video[rungOf(context.video, choice.rendition)];
      if (offered) return { rendition: offered, reason: choice.reason };
      onFault(
        new RangeError(`The app's ABR function chose "${choice.rendition?.renditionId}", which is not on offer.`),
      );
    } catch (error) {
      onFault(error);
    }
    return fallback(context);
  };
}
