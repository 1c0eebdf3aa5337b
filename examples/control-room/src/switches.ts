import type { Fault, OcaView } from '@pressplay/protocol/messages';

/** The faults a person can switch on with one click. */
export const FAULT_SWITCHES = [
  { key: 'slow', label: 'Slow', hint: 'Answer at 200 kbit/s', fault: { kind: 'rate', rateBps: 200_000 } },
  {
    key: 'busy',
    label: '503',
    hint: 'Answer 503 Service Unavailable',
    fault: { kind: 'status', status: 503, retryAfterS: 5 },
  },
  { key: 'stall', label: 'Stall', hint: 'Accept requests and send nothing', fault: { kind: 'stall', afterBytes: 0 } },
] as const satisfies readonly { key: string; label: string; hint: string; fault: Fault }[];

export type FaultSwitch = (typeof FAULT_SWITCHES)[number];

export function isOn(oca: OcaView, fault: Fault): boolean {
  return oca.faults.some((on) => on.kind === fault.kind);
}

/** The fault list of an OCA after one switch was flipped. */
export function flipped(oca: OcaView, fault: Fault): readonly Fault[] {
  return isOn(oca, fault) ? oca.faults.filter((on) => on.kind !== fault.kind) : [...oca.faults, fault];
}

export type Condition = 'up' | 'starting' | 'down' | 'impaired' | 'unwell';

/** How an OCA looks at a glance, and the words for it. */
export function conditionOf(oca: OcaView): { condition: Condition; text: string } {
  if (oca.process === 'down') return { condition: 'down', text: 'killed' };
  if (oca.process === 'starting' || !oca.status) return { condition: 'starting', text: 'starting' };
  const faults = FAULT_SWITCHES.filter((each) => isOn(oca, each.fault)).map((each) => each.label.toLowerCase());
  if (faults.length > 0) return { condition: 'impaired', text: faults.join(', ') };
  if (oca.drained !== undefined) return { condition: 'unwell', text: oca.drained };
  if (oca.status.verdict !== 'healthy') return { condition: 'unwell', text: oca.status.verdict };
  return { condition: 'up', text: 'healthy' };
}
