/** A small persistent key-value store. Losing it loses comfort, never correctness. */
export interface Storage {
  get(key: string): string | undefined;
  set(key: string, value: string): void;
}
