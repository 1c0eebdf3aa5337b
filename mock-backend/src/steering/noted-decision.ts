import type { PathwayReport, SteeringDecision, SteeringInputs } from '@pressplay/protocol/messages';
import { labelled, type Named, type NotedDrops } from './choose-servers.ts';
import { type NotedLook, spellOut } from './look-around.ts';

/** What is logged beside the look. */
export type NotedQuestion = Omit<SteeringInputs, 'sites' | 'fileIds' | 'reports'> & {
  readonly fileIds: readonly string[];
  readonly reports?: readonly PathwayReport[];
};

/** A decision in the words of the log, of what was noted when it was made. */
export function spellOutDecision(
  asked: NotedQuestion,
  look: NotedLook,
  named: Named,
  drops: NotedDrops,
): SteeringDecision {
  const { playId, titleId, region, occasion, atMs, clientPrefix, tableVersion, playBps, fileIds, reports = [] } = asked;
  const { servers, fileSets, unserved } = named;
  return {
    inputs: {
      playId,
      titleId,
      region,
      occasion,
      atMs,
      clientPrefix,
      tableVersion,
      playBps,
      fileIds: [...fileIds],
      sites: spellOut(look),
      ...(reports.length > 0 && { reports: [...reports] }),
    },
    choice: { servers, fileSets, unserved, drops: labelled(drops) },
  };
}
