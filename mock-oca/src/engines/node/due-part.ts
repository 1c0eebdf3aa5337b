import type { Exchange, FilePart } from '../../serving/exchange.ts';
import type { Outlet } from './outlet.ts';

/** The part that is not due yet, when it is. A body that comes late, by pace or fault, must not hold back the head. */
export function duePart(exchange: Exchange, outlet: Outlet): Promise<FilePart | undefined> {
  if (outlet.isItsTurn) outlet.flushHead();
  return exchange.nextPart();
}
