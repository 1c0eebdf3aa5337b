/** What a platform offers to reports when a page ends: `navigator.sendBeacon` in browsers. */
export interface LastWord {
  /** Takes a text that is delivered even if the page is gone by then; false where it does not take it. */
  send(url: string, text: string): boolean;
  /** Calls back whenever the page may be about to end. The function it gives ends that. */
  onLeaving(callback: () => void): () => void;
}
