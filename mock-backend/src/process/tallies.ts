type Labels = Readonly<Record<string, string | number>>;

/** Something that grows; whoever counts holds on to it. */
export interface Tally {
  count: number;
}

/** Counts of one name in Prometheus's text format. Labels are spelt out when it is read, not each time something is counted. */
export class TallyCounter {
  readonly #name: string;
  readonly #help: string;
  readonly #tallies: { readonly labels: Labels; readonly tally: Tally }[] = [];

  constructor(name: string, help: string) {
    this.#name = name;
    this.#help = help;
  }

  /** A new one: for each set of labels once. */
  tally(labels: Labels): Tally {
    const tally = { count: 0 };
    this.#tallies.push({ labels, tally });
    return tally;
  }

  text(shared: Labels): string {
    const lines = this.#tallies.map(
      ({ labels, tally }) => `${this.#name}${labelText({ ...labels, ...shared })} ${tally.count}`,
    );
    return joined(this.#name, this.#help, 'counter', lines);
  }
}

/** How many values fell below each bound. */
export class Spread {
  readonly #boundsS: readonly number[];
  readonly #counts: number[];
  #sumS = 0;
  #count = 0;

  constructor(boundsS: readonly number[]) {
    this.#boundsS = boundsS;
    this.#counts = boundsS.map(() => 0);
  }

  note(valueS: number): void {
    this.#sumS += valueS;
    this.#count += 1;
    let at = 0;
    while (at < this.#boundsS.length && valueS > (this.#boundsS[at] ?? 0)) at++;
    if (at < this.#boundsS.length) this.#counts[at] = (this.#counts[at] ?? 0) + 1;
  }

  lines(name: string, labels: Labels): string[] {
    let below = 0;
    const buckets = this.#boundsS.map((bound, at) => {
      below += this.#counts[at] ?? 0;
      return `${name}_bucket${labelText({ le: bound, ...labels })} ${below}`;
    });
    return [
      ...buckets,
      `${name}_bucket${labelText({ le: '+Inf', ...labels })} ${this.#count}`,
      `${name}_sum${labelText(labels)} ${this.#sumS}`,
      `${name}_count${labelText(labels)} ${this.#count}`,
    ];
  }
}

/** The same for durations. */
export class TallyHistogram {
  readonly #name: string;
  readonly #help: string;
  readonly #boundsS: readonly number[];
  readonly #spreads: { readonly labels: Labels; readonly spread: Spread }[] = [];

  constructor(name: string, help: string, boundsS: readonly number[]) {
    this.#name = name;
    this.#help = help;
    this.#boundsS = boundsS;
  }

  /** A new one: for each set of labels once. */
  spread(labels: Labels): Spread {
    const spread = new Spread(this.#boundsS);
    this.#spreads.push({ labels, spread });
    return spread;
  }

  text(shared: Labels): string {
    const lines = this.#spreads.flatMap(({ labels, spread }) => spread.lines(this.#name, { ...labels, ...shared }));
    return joined(this.#name, this.#help, 'histogram', lines);
  }
}

const joined = (name: string, help: string, type: string, lines: readonly string[]): string =>
  [`# HELP ${name} ${help}`, `# TYPE ${name} ${type}`, ...lines, ''].join('\n');

function labelText(labels: Labels): string {
  const texts = Object.entries(labels).map(([name, value]) => `${name}="${escaped(String(value))}"`);
  return texts.length === 0 ? '' : `{${texts.join()}}`;
}

const escaped = (text: string): string => text.replace(/[\\"\n]/g, (one) => (one === '\n' ? '\\n' : `\\${one}`));

/** What belongs to a key; made when it is asked for the first time. */
export class Keyed<V> {
  readonly #values = new Map<string, V>();

  get(key: string, make: () => V): V {
    const known = this.#values.get(key);
    if (known !== undefined) return known;
    const made = make();
    this.#values.set(key, made);
    return made;
  }
}
