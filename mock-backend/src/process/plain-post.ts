/** A whole play request of one connection, as its bytes say it. */
export interface PlainPost {
  /** The play that is to go on, as the path names it; a new one where absent. */
  readonly renews: string | undefined;
  /** Names in lower case, and the value of each at the same place. */
  readonly names: readonly string[];
  readonly values: readonly string[];
  /** Where the body begins; it ends with the bytes. */
  readonly bodyAt: number;
  /** Nothing is to follow. */
  readonly isLast: boolean;
}

const MOST_HEAD_BYTES = 8192;
const MOST_HEADERS = 64;
const POST = 'POST /v1/plays';
const HEAD_END = '\r\n\r\n';
/** One whole head in the narrowest form of RFC 9112. */
const HEAD = /^POST \/v1\/plays(?:\/\w+\/renew)? HTTP\/1\.1\r\n(?:[A-Za-z0-9-]+:[\x20-\x7e]*\r\n)+$/;
const RENEW = '/renew';
const LENGTH = /^\d{1,8}$/;
/** What says in another way where a message ends, or what becomes of the connection. */
const FRAMING: ReadonlySet<string> = new Set([
  ...['transfer-encoding', 'te', 'trailer', 'upgrade', 'expect', 'http2-settings', 'proxy-connection', 'keep-alive'],
]);

/**
 * What almost all players' requests are: one whole `POST` that begins or renews a play, with its body and nothing behind it.
 * Undefined for everything else, be it as harmless as it may: that is for a parser which knows all of HTTP.
 */
export function readPlainPost(bytes: Buffer, mostBodyBytes: number): PlainPost | undefined {
  // Most of what is for others shows by its first bytes.
  if (bytes.length > MOST_HEAD_BYTES + mostBodyBytes || bytes.toString('latin1', 0, POST.length) !== POST)
    return undefined;
  const start = bytes.toString('latin1', 0, MOST_HEAD_BYTES);
  const endsAt = start.indexOf(HEAD_END) + 2;
  if (endsAt < 2) return undefined;
  const text = start.slice(0, endsAt);
  if (!HEAD.test(text)) return undefined;
  const names: string[] = [];
  const values: string[] = [];
  for (let at = text.indexOf('\r\n') + 2; at < endsAt; ) {
    const colon = text.indexOf(':', at);
    const end = text.indexOf('\r\n', colon);
    const name = lowerCased(text.slice(at, colon));
    // What comes twice may mean two things.
    if (name === FRAMES || names.includes(name) || names.length === MOST_HEADERS) return undefined;
    names.push(name);
    values.push(text.slice(colon + 1, end).trim());
    at = end + 2;
  }
  const targetEnd = text.indexOf(' ', POST.length);
  const renews = targetEnd === POST.length ? undefined : text.slice(POST.length + 1, targetEnd - RENEW.length);
  return framed(names, values, { renews, bodyAt: endsAt + 2 }, bytes.length, mostBodyBytes);
}

/** What a request says of itself by this name; undefined where it says nothing. */
export const headerOf = ({ names, values }: PlainPost, name: string): string | undefined =>
  values[names.indexOf(lowerCased(name))];

/** No name, in place of those that say where a message ends. */
const FRAMES = '';
/** Names as they are spelt come again and again. */
const SPELLINGS_KEPT = 512;
const spellings = new Map<string, string>();

function lowerCased(spelt: string): string {
  const known = spellings.get(spelt);
  if (known !== undefined) return known;
  const name = spelt.toLowerCase();
  const meant = FRAMING.has(name) ? FRAMES : name;
  if (spellings.size >= SPELLINGS_KEPT) spellings.clear();
  // A copy: a part of a text would keep all of it.
  spellings.set(Buffer.from(spelt).toString(), meant);
  return meant;
}

/** Undefined where the body is not all of the rest, or the connection is asked for something else than to stay or to go. */
function framed(
  names: readonly string[],
  values: readonly string[],
  { renews, bodyAt }: Pick<PlainPost, 'renews' | 'bodyAt'>,
  sizeBytes: number,
  mostBodyBytes: number,
): PlainPost | undefined {
  const length = values[names.indexOf('content-length')];
  if (length === undefined || !LENGTH.test(length) || !names.includes('host')) return undefined;
  const bodyBytes = Number(length);
  if (bodyBytes > mostBodyBytes || bodyAt + bodyBytes !== sizeBytes) return undefined;
  const connection = values[names.indexOf('connection')]?.toLowerCase() ?? 'keep-alive';
  const isLast = connection === 'close';
  return isLast || connection === 'keep-alive' ? { renews, names, values, bodyAt, isLast } : undefined;
}
