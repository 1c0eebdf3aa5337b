/** What the platform says of the connection in use. Everything may be unknown. */
export interface NetworkInfo {
  current(): NetworkFacts;
}

export interface NetworkFacts {
  /** As `wifi`, `cellular`, `ethernet`: what was learned on one kind says little about another. */
  readonly kind?: string | undefined;
  /** The viewer asked his device to save data. */
  readonly savesData?: boolean | undefined;
}
