/** The most that a control route reads of what it is sent. */
export const MAX_BODY_BYTES = 64 * 1024;

/** True for what belongs to the control routes: no media token is ever called `control`, and none stands alone. */
export function isControlTarget(target: string): boolean {
  return /^\/(?:control(?:[/?]|$)|metrics(?:\?|$))/.test(target);
}
