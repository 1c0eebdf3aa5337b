import { mkdtemp, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { openFolderOrigin } from '../origin/index.ts';
import { KEPT_SAMPLE, makeSampleTitle } from './sample-title.ts';

// `npm run sample -w @pressplay/mock-backend`: makes mock-backend/sample-title anew, and replaces it only when all is well.
const packageDir = fileURLToPath(new URL('../../', import.meta.url));
const target = join(packageDir, 'sample-title');
const fresh = await mkdtemp(join(packageDir, '.sample-title-'));
try {
  const title = await makeSampleTitle({
    origin: openFolderOrigin(fresh),
    preset: KEPT_SAMPLE,
    onProgress: ({ phase, fraction }) => process.stderr.write(`\r${phase} ${Math.round(fraction * 100)} % `),
  });
  await rm(target, { recursive: true, force: true });
  await rename(fresh, target);
  const sizeBytes = title.renditions.reduce((sum, rendition) => sum + rendition.sizeBytes, 0);
  console.log(`\n${target}: ${title.renditions.length} renditions, ${(sizeBytes / 1e6).toFixed(2)} MB`);
} finally {
  await rm(fresh, { recursive: true, force: true });
}
