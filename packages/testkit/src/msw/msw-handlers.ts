import { HttpResponse, http, type RequestHandler } from 'msw';
import type { ServeRequest } from '../simulation/served-answer.ts';

/** Something that answers at a base URL: a region's backend, an OCA. */
export interface InMemoryServer {
  readonly baseUrl: string;
  /** Absent while it is down: requests fail as refused connections do. */
  readonly fetch: ServeRequest | undefined;
}

const DEFAULT_CLIENT_ADDRESS = '198.51.100.7';

/** One msw handler per server: the same code that runs behind sockets answers inside the app's own process. */
export function mswHandlers(
  servers: readonly InMemoryServer[],
  { clientAddress = DEFAULT_CLIENT_ADDRESS }: { readonly clientAddress?: string | undefined } = {},
): RequestHandler[] {
  return servers.map((server) =>
    http.all(`${server.baseUrl}/*`, async ({ request }) => {
      if (!server.fetch) return HttpResponse.error();
      // A fault that cuts before the head rejects; msw would make a 500 of it, a client must see a broken connection.
      return server.fetch(request, { clientAddress }).catch(() => HttpResponse.error());
    }),
  );
}
