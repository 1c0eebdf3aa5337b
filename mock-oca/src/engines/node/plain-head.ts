/** The head of a request that says nothing of a body or of another protocol. */
export interface PlainHead {
  readonly target: string;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  /** Nothing is to follow. */
  readonly isLast: boolean;
}

const MOST_BYTES = 8192;
const MOST_HEADERS = 64;
/** One whole head and nothing after it, in the narrowest form of RFC 9112. */
const HEAD = /^GET (\/[\x21-\x7e]*) HTTP\/1\.1\r\n(?:[A-Za-z0-9-]+:[\x20-\x7e]*\r\n)+\r\n$/;
/** What says where a message ends, or what becomes of the connection. */
const FRAMING = new Set([
  ...['content-length', 'transfer-encoding', 'te', 'trailer', 'upgrade', 'expect', 'http2-settings'],
  ...['proxy-connection', 'keep-alive'],
]);

/**
 * What almost all viewers' requests are, read in a tenth of the time that a parser takes that has to understand all of
 * HTTP. Undefined for everything else, be it as harmless as it may: that is for a parser which knows.
 */
export function readPlainHead(bytes: Buffer): PlainHead | undefined {
  if (bytes.length > MOST_BYTES) return undefined;
  const text = bytes.toString('latin1');
  const target = HEAD.exec(text)?.[1];
  if (target === undefined) return undefined;
  const headers: Record<string, string> = {};
  let count = 0;
  for (let at = text.indexOf('\r\n') + 2; at < text.length - 2; ) {
    const colon = text.indexOf(':', at);
    const end = text.indexOf('\r\n', colon);
    const name = text.slice(at, colon).toLowerCase();
    count += 1;
    // What comes twice may mean two things. (Not its own: a name like `constructor` is left to others as well.)
    if (headers[name] !== undefined || count > MOST_HEADERS || FRAMING.has(name)) return undefined;
    headers[name] = text.slice(colon + 1, end).trim();
    at = end + 2;
  }
  const { host, connection } = headers;
  const stays = connection === undefined || connection.toLowerCase() === 'keep-alive';
  if (host === undefined || !(stays || connection.toLowerCase() === 'close')) return undefined;
  return { target, headers, isLast: !stays };
}
