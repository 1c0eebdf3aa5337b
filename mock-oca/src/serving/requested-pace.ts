/** Slower than any rendition: who asks for less has miscounted. */
const LEAST_BPS = 100_000;

/**
 * The most that a client wants to be sent, as it says in the query by CMCD's `rtp` (CTA-5004: kbit/s); undefined when it
 * says nothing that makes sense. Whoever has his buffer full leaves the line to others that way.
 */
export function requestedPaceBps(target: string): number | undefined {
  // Most requests carry no CMCD: those cost a look at the address.
  const at = target.indexOf('CMCD=');
  if (at < 0 || !'?&'.includes(target[at - 1] ?? '')) return undefined;
  const said = /(?:^|,)rtp=(\d{1,9})(?:,|$)/.exec(decoded(target.slice(at + 'CMCD='.length).split('&')[0] ?? ''));
  const paceBps = Number(said?.[1] ?? 0) * 1000;
  return paceBps >= LEAST_BPS ? paceBps : undefined;
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return '';
  }
}
