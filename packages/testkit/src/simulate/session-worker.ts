import { simulateSeed } from './simulate-seed.ts';
import { TraceLibrary } from './trace-library.ts';

/** A process of `npm run simulate -- --workers N`: takes seeds over its IPC channel, gives results, ends with the channel. */
const library = new TraceLibrary(process.argv[2]);

process.on('message', (seed: number) => {
  void simulateSeed(seed, library).then((result) => process.send?.(result));
});
process.on('disconnect', () => process.exit());
// Ctrl-C reaches all processes of a terminal: the one that leads says when to end.
process.on('SIGINT', () => {});
