import { chooseHead } from '../disks/placement/choose-head.ts';

export const idOf = (n: number): string => n.toString(16).padStart(32, '0');

/** The sizes of what is kept of files with these sizes, the most wanted first. */
export function choseHeadSizes(sizesBytes: readonly number[], limitBytes: number): number[] {
  const files = sizesBytes.map((sizeBytes, i) => ({ fileId: idOf(i), titleId: 'film', sizeBytes, sha256: '' }));
  return chooseHead(files, limitBytes).map((file) => file.sizeBytes);
}
