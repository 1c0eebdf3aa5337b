import { maskWords, type Prefix, parsePrefix } from '@pressplay/protocol/routes';
import { RoutesError } from './routes-error.ts';

/** Prefixes, asked which of them hold another one. */
export class PrefixSet {
  /** Networks by family and length, so that a question costs one look for each length there is. */
  readonly #networks = new Map<number, Set<string>>();

  /** Throws on what is no prefix. */
  constructor(prefixes: readonly string[]) {
    for (const text of prefixes) {
      const prefix = parsePrefix(text);
      if (!prefix) throw new RoutesError('routes/rule-invalid', `${JSON.stringify(text)} is no prefix in CIDR form.`);
      const key = keyOf(prefix.family, prefix.length);
      const networks = this.#networks.get(key) ?? new Set();
      this.#networks.set(key, networks.add(prefix.words.join()));
    }
  }

  /** True where one of them is the same prefix or a shorter one that holds it. */
  holds({ family, words, length }: Prefix): boolean {
    for (const [key, networks] of this.#networks) {
      const own = key - keyOf(family, 0);
      if (own < 0 || own > length || own > 128) continue;
      if (networks.has(maskWords(words, own).join())) return true;
    }
    return false;
  }
}

const keyOf = (family: 4 | 6, length: number): number => family * 1000 + length;
