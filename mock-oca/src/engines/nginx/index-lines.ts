import type { FileEntry } from '../../disks/disk-store.ts';

/** What nginx sends as it is: anything of another type is Node's, which can say so. */
const SENT_AS = 'video/mp4';

/** As nginx's workers know a file: its title, the number of its disk, counted from one, and its size. */
export function indexOf(
  files: readonly FileEntry[],
  folders: readonly string[],
  folderOf: (fileId: string) => string | undefined,
): ReadonlyMap<string, string> {
  const index = new Map<string, string>();
  for (const { fileId, titleId, sizeBytes, contentType = SENT_AS } of files) {
    const disk = folders.indexOf(folderOf(fileId) ?? '');
    if (contentType === SENT_AS && disk >= 0) index.set(fileId, `${titleId} ${disk + 1} ${sizeBytes}`);
  }
  return index;
}

/** The lines that turn what the workers know into what is so, in bodies of at most `maxBytes`. */
export function indexChanges(
  known: ReadonlyMap<string, string>,
  wanted: ReadonlyMap<string, string>,
  maxBytes: number,
): readonly string[] {
  const gone = [...known.keys()].filter((fileId) => !wanted.has(fileId)).map((fileId) => `${fileId}\n`);
  const come = [...wanted]
    .filter(([fileId, line]) => known.get(fileId) !== line)
    .map(([id, line]) => `${id} ${line}\n`);
  const bodies: string[] = [];
  let body = '';
  for (const line of [...gone, ...come]) {
    if (body.length + line.length > maxBytes) {
      bodies.push(body);
      body = '';
    }
    body += line;
  }
  return body === '' ? bodies : [...bodies, body];
}
