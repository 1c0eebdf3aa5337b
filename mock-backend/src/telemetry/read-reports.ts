import { schemas } from '@pressplay/protocol';
import type { QoeSummary } from '@pressplay/protocol/messages';
import { qoeFromCmcd } from '@pressplay/protocol/wire';
import { type CmcdData, validateCmcdEvents } from '@svta/cml-cmcd';
import { invalid } from '../request-body.ts';

/** One CMCD event, what this region keeps of it. */
export interface EventRead {
  /** Grows with every event of a play; absent from players that do not count. */
  readonly number?: number;
  readonly state?: string;
  readonly errorCodes: readonly string[];
  readonly qoe?: QoeSummary;
}

const MAX_EVENTS = 500;
const SHOWN_ISSUES = 10;

/** The events of one play, line by line. Throws `request/invalid` where a line is no CMCD v2 event of that play. */
export function readReports(text: string, playId: string): readonly EventRead[] {
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  if (lines.length === 0 || lines.length > MAX_EVENTS)
    throw invalid('The report', [`(all): ${lines.length} events where 1 to ${MAX_EVENTS} were expected`]);
  const { data, issues } = validateCmcdEvents(lines.join('\n'));
  const errors = issues.flatMap(({ severity, key, message }) =>
    severity === 'error' ? [`${key ?? '(all)'}: ${message}`] : [],
  );
  if (errors.length > 0) throw invalid('The report', errors.slice(0, SHOWN_ISSUES));
  return data.map((event, at) => readEvent(event, at + 1, playId));
}

function readEvent(event: CmcdData, line: number, playId: string): EventRead {
  const { sid, sn, sta, ec } = event;
  if (sid !== playId) throw invalid('The report', [`line ${line}: sid is not the play of the token`]);
  const qoe = qoeOf(event, line);
  return {
    ...(typeof sn === 'number' && { number: sn }),
    ...(typeof sta === 'string' && { state: sta }),
    errorCodes: Array.isArray(ec) ? ec.map(String) : [],
    ...(qoe && { qoe }),
  };
}

function qoeOf(event: CmcdData, line: number): QoeSummary | undefined {
  const figures = qoeFromCmcd(event);
  if (figures === undefined) return undefined;
  const result = schemas.QoeSummary.safeParse(figures);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  throw invalid('The report', [`line ${line}: ${issue?.path.join('.')} of the figures: ${issue?.message}`]);
}
