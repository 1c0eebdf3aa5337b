import { chooseDisk } from './choose-disk.ts';

/** A disk as a place for one more file. */
export interface DiskRoom {
  readonly disk: string;
  readonly freeBytes: number;
  /** Share of the demand that its files draw already, in any unit. */
  readonly demand: number;
}

export interface Placement {
  readonly disk: string;
  readonly reason: 'only-room' | 'least-demand' | 'even-demand';
}

/** Kept free on each disk: file systems slow down and fragment when they run full. */
const RESERVE_BYTES = 16 * 1024 * 1024;

/** How much of all requests a file draws by its rank, 0 the most wanted: Zipf's law with exponent 1. */
export function demandOf(rank: number | undefined, files: number): number {
  return 1 / ((rank ?? files) + 1);
}

/**
 * The disk for a file: the one whose files draw the least of the demand and that has room, so that the popular ones are
 * dealt out over all disks. Where demand is even, by hash: the same file goes to the same disk again.
 */
export function placeFile(fileId: string, sizeBytes: number, disks: readonly DiskRoom[]): Placement | undefined {
  const roomy = disks.filter((disk) => disk.freeBytes >= sizeBytes + RESERVE_BYTES);
  const [only] = roomy;
  if (!only) return undefined;
  if (roomy.length === 1) return { disk: only.disk, reason: 'only-room' };
  const least = Math.min(...roomy.map((disk) => disk.demand));
  const candidates = roomy.filter((disk) => disk.demand === least).map((disk) => disk.disk);
  const disk = chooseDisk(fileId, candidates) ?? only.disk;
  return { disk, reason: candidates.length === 1 ? 'least-demand' : 'even-demand' };
}
