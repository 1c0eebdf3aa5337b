import type { Fault } from '@pressplay/protocol/messages';

/** A fault in the words of the event list. */
export function describeFault(fault: Fault): string {
  switch (fault.kind) {
    case 'latency':
      return `answers ${fault.delayMs} ms late`;
    case 'rate':
      return `sends ${Math.round(fault.rateBps / 1000)} kbit/s`;
    case 'stall':
      return `stalls after ${fault.afterBytes} bytes`;
    case 'reset':
      return `resets after ${fault.afterBytes} bytes`;
    case 'status':
      return `answers ${fault.status}`;
    case 'duress':
      return 'asks players to leave';
    case 'corrupt':
      return `spoils one byte in ${fault.everyBytes}`;
  }
}
