import type { Route } from '../messages.ts';
import { parsePrefix, prefixText } from './address.ts';

/** `birdc show route all`, `bgpdump -m` (MRT as text), or one route as JSON a line. */
export type RouteFormat = 'bird' | 'mrt' | 'json';

/** A route with what else BIRD tells of it. */
export interface LearnedRoute extends Route {
  /** `64501:100` for `(64501,100)`, large ones as `64501:1:2`. Absent where there are none. */
  communities?: readonly string[];
  nextHop?: string;
}

export interface ReadRoutes {
  readonly format: RouteFormat;
  /** One for each prefix: the router's best where it says so, else the shortest AS path and then the lowest MED. */
  readonly routes: readonly LearnedRoute[];
  /** Lines that looked like a route and were none; the first few, with their number. */
  readonly wrong: readonly { readonly line: number; readonly text: string }[];
  readonly wrongCount: number;
}

const SHOWN_WRONG = 5;

/** Reads a router's routes. The format is seen from the first line that tells, unless it is given. */
export function readRoutes(lines: Iterable<string>, given?: RouteFormat): ReadRoutes {
  const book = new RouteCollector();
  let format = given;
  const bird = new BirdReader(book);
  let number = 0;
  for (const line of lines) {
    number++;
    book.line = number;
    if (line.trim() === '') continue;
    format ??= formatOf(line);
    if (format === 'mrt') readMrt(line, book);
    else if (format === 'json') readJson(line, book);
    else if (format === 'bird') bird.read(line);
  }
  bird.end();
  return { format: format ?? 'bird', ...book.result() };
}

function formatOf(line: string): RouteFormat | undefined {
  if (/^(TABLE_DUMP|BGP4MP)/.test(line)) return 'mrt';
  if (line.trimStart().startsWith('{')) return 'json';
  return /^(BIRD |Table |[0-9a-fA-F:.]+\/\d+\s)/.test(line) ? 'bird' : undefined;
}

interface Ranked {
  readonly isBest?: boolean;
  readonly more?: Pick<LearnedRoute, 'communities' | 'nextHop'>;
}

class RouteCollector {
  line = 0;
  readonly #routes = new Map<string, { readonly route: LearnedRoute; readonly isBest: boolean }>();
  readonly #wrong: { readonly line: number; readonly text: string }[] = [];
  #wrongCount = 0;

  add(
    text: string,
    asPath: readonly number[] | undefined,
    med: number,
    { isBest = false, more = {} }: Ranked = {},
  ): void {
    const prefix = parsePrefix(text);
    if (!prefix || !asPath || !Number.isSafeInteger(med) || med < 0) {
      this.refuse(text);
      return;
    }
    const key = prefixText(prefix, prefix.length);
    const known = this.#routes.get(key);
    const isBetter =
      !known ||
      Number(isBest) - Number(known.isBest) > 0 ||
      (isBest === known.isBest && (asPath.length - known.route.asPath.length || med - known.route.med) < 0);
    if (isBetter) this.#routes.set(key, { route: { prefix: key, asPath: [...asPath], med, ...more }, isBest });
  }

  withdraw(text: string): void {
    const prefix = parsePrefix(text);
    if (prefix) this.#routes.delete(prefixText(prefix, prefix.length));
    else this.refuse(text);
  }

  refuse(text: string): void {
    this.#wrongCount++;
    if (this.#wrong.length < SHOWN_WRONG) this.#wrong.push({ line: this.line, text: text.slice(0, 120) });
  }

  result() {
    const routes = [...this.#routes.values()].map(({ route }) => route);
    return { routes, wrong: this.#wrong, wrongCount: this.#wrongCount };
  }
}

/** `TABLE_DUMP2|time|B|peer|peer AS|prefix|AS path|origin|next hop|local pref|MED|...`; updates say A or W for B. */
function readMrt(line: string, book: RouteCollector): void {
  const [kind = '', , action, , , prefix = '', asPath = '', , , , med = ''] = line.split('|');
  const isRoute = /^(TABLE_DUMP|BGP4MP)/.test(kind);
  if (isRoute && action === 'W') book.withdraw(prefix);
  else if (isRoute && (action === 'B' || action === 'A')) book.add(prefix, asPathOf(asPath), Number(med || 0));
  else if (action !== 'STATE') book.refuse(line);
}

function readJson(line: string, book: RouteCollector): void {
  try {
    const { prefix, asPath = [], med = 0 } = JSON.parse(line);
    const isPath = Array.isArray(asPath) && asPath.every((asn) => Number.isSafeInteger(asn) && asn >= 0);
    book.add(String(prefix), isPath ? asPath : undefined, Number(med));
  } catch {
    book.refuse(line);
  }
}

interface BirdRoute {
  readonly isBest: boolean;
  isBgp: boolean;
  asPath: readonly number[] | undefined;
  med: number;
  nextHop?: string;
  communities?: string[];
}

/** A route begins with its prefix, or with spaces when it is another one of the same prefix; its attributes follow. */
class BirdReader {
  readonly #book: RouteCollector;
  #prefix = '';
  #route: BirdRoute | undefined;

  constructor(book: RouteCollector) {
    this.#book = book;
  }

  read(line: string): void {
    const [, prefix, head] =
      /^([0-9a-fA-F:.]+\/\d+)?\s+((?:unicast|via|unreachable|blackhole|dev)\b.*\[.*\].*)$/.exec(line) ?? [];
    if (head !== undefined) {
      this.end();
      this.#prefix = prefix ?? this.#prefix;
      this.#route = { isBest: /\]\s+\*/.test(head), isBgp: /\[AS\d+[ie?]\]/.test(head), asPath: [], med: 0 };
      return;
    }
    const [, name = '', value = ''] = /^\s+BGP\.(\w+):\s*(.*)$/.exec(line) ?? [];
    if (!this.#route || name === '') {
      if (/^[0-9a-fA-F:.]+\/\S+/.test(line)) this.#book.refuse(line);
      return;
    }
    this.#attribute(this.#route, name, value);
  }

  #attribute(route: BirdRoute, name: string, value: string): void {
    route.isBgp = true;
    if (name === 'as_path') route.asPath = asPathOf(value);
    else if (name === 'med') route.med = Number(value);
    else if (name === 'next_hop') route.nextHop = value.split(' ')[0] ?? '';
    else if (name === 'community' || name === 'large_community')
      route.communities = [...(route.communities ?? []), ...communitiesOf(value)];
  }

  end(): void {
    const route = this.#route;
    this.#route = undefined;
    // Routes of other protocols (the router's own links, static ones) are not what an ISP announces.
    if (!route?.isBgp) return;
    const { asPath, med, isBest, nextHop, communities } = route;
    const more = { ...(communities && { communities }), ...(nextHop !== undefined && { nextHop }) };
    this.#book.add(this.#prefix, asPath, med, { isBest, more });
  }
}

/** `(64501,100) (64501, 1, 2)` as `64501:100`, `64501:1:2`. */
function communitiesOf(text: string): string[] {
  return [...text.matchAll(/\(([\d,\s]+)\)/g)].map(([, numbers = '']) => numbers.split(/[,\s]+/).join(':'));
}

/** `64500 64501 {64502,64503}`: a set counts as one step, as BGP counts it. Undefined where it is none. */
function asPathOf(text: string): readonly number[] | undefined {
  const steps = text.replace(/[{(]([^})]*)[})]/g, (_, set: string) => set.split(/[\s,]+/)[0] ?? '').split(/\s+/);
  const path = steps.filter((step) => step !== '').map(asnOf);
  return path.some(Number.isNaN) ? undefined : path;
}

/** `64501`, or the dotted form of four-byte numbers, `1.10`. */
function asnOf(text: string): number {
  const [, high, low] = /^(?:(\d+)\.)?(\d+)$/.exec(text) ?? [];
  return low === undefined ? Number.NaN : Number(high ?? 0) * 65_536 + Number(low);
}
