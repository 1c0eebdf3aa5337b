import type { HttpClient } from '../ports/http-client.ts';
import type { ServerBook } from './delivery-server-book.ts';

/** The client, which also tells the book what servers say of their load: media, probes and error answers alike. */
export function hearingLoad(next: HttpClient, book: Pick<ServerBook, 'noteSaid'>): HttpClient {
  return async (request) => {
    const response = await next(request);
    book.noteSaid(request.url, response.header('cmsd-dynamic'));
    return response;
  };
}
