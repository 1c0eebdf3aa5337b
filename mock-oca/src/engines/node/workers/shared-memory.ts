import type { MemorySharing } from '../../../disks/node/memory-sharing.ts';
import { SharedBoard } from './shared-board.ts';
import { SharedHead } from './shared-head.ts';

/** What the threads of an appliance share from its start. */
export interface SharedMemory {
  readonly workers: number;
  readonly board: SharedBoard;
  readonly head: SharedHead;
  /** For the store whose files they serve. */
  readonly sharing: MemorySharing;
}

export function shareMemory(workers: number): SharedMemory {
  const [board, head] = [SharedBoard.make(workers), new SharedHead()];
  const sharing: MemorySharing = {
    mark: (path, startByte, endByte) => board.reading.mark(path, startByte, endByte),
    pinned: (files) => head.set(files),
  };
  return { workers, board, head, sharing };
}
