/** What a server says of itself in `CMSD-Dynamic`. */
export interface ServerSays {
  /** `etp`: what it expects this response to reach. */
  readonly estimatedBps: number | undefined;
  /** `mb`: the most that a rendition should have. */
  readonly maxBps: number | undefined;
  /** `du`: it asks to be left. */
  readonly isInDuress: boolean;
}

/** One member: a string, then parameters. Strings hold no comma or semicolon here, which ids of servers never do. */
const MEMBER = /^"[^",;\\]*"((?: *;[^,;]+)*)$/;
const PARAMETER = /^([a-z*][a-z0-9_.*-]*)(?:=(.+))?$/;
const MAX_LENGTH = 1000;

/**
 * `CMSD-Dynamic` (CTA-5006): a list in structured fields (RFC 9651), one member by each server on the way; the last is
 * the one that answered. undefined where it is not that: hints are a favour, never an error. A library for the whole of
 * structured fields costs more bytes than all of server selection.
 */
export function readCmsdDynamic(header: string | null): ServerSays | undefined {
  if (header === null || header.length > MAX_LENGTH) return undefined;
  const parameters = MEMBER.exec(header.split(',').at(-1)?.trim() ?? '')?.[1];
  if (parameters === undefined) return undefined;
  const said = new Map<string, string>();
  for (const part of parameters.split(';').slice(1)) {
    const [, key, value = '?1'] = PARAMETER.exec(part.trim()) ?? [];
    if (key === undefined) return undefined;
    said.set(key, value);
  }
  const [estimatedBps, maxBps] = [kilobits(said.get('etp')), kilobits(said.get('mb'))];
  return { estimatedBps, maxBps, isInDuress: said.get('du') === '?1' };
}

/** Integers of kbit/s above 0; anything else is as good as unsaid. */
function kilobits(value: string | undefined): number | undefined {
  return value !== undefined && /^[1-9]\d{0,11}$/.test(value) ? Number(value) * 1000 : undefined;
}
