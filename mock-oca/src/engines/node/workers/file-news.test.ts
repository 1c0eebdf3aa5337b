import { expect, it } from 'vitest';
import { testFile } from '../../../testing/oca-fixture.ts';
import { FileNews } from './file-news.ts';

it('tells once what came, what went, and what lies on another disk now', () => {
  const [stays, goes, moves, comes] = [1, 2, 3, 4].map((seed) => testFile(10, 'film', seed).entry);
  let held = [stays, goes, moves];
  let folder = '/disks/0';
  const folderOf = (fileId: string): string => (fileId === moves?.fileId ? folder : '/disks/0');
  const news = new FileNews({ list: () => held.flatMap((entry) => entry ?? []), folderOf });
  expect(news.since()).toEqual({ came: [], gone: [] });
  held = [stays, moves, comes];
  folder = '/disks/1';
  expect(news.since()).toEqual({
    came: [
      { entry: moves, folder: '/disks/1' },
      { entry: comes, folder: '/disks/0' },
    ],
    gone: [goes?.fileId],
  });
  expect(news.since()).toEqual({ came: [], gone: [] });
});
