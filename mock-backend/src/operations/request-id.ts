export const REQUEST_ID_HEADER = 'X-Request-Id';

/** What proxies and tracers send: long enough for them, and nothing that a log or a header could trip over. */
const ACCEPTED = /^[\w.:+/=-]{1,128}$/;

/** The caller's own id of the request, so that its log and ours tell one story; a fresh one where it has none that is good. */
export const requestIdOf = (sent: string | undefined, randomId: () => string): string =>
  sent !== undefined && ACCEPTED.test(sent) ? sent : randomId();
