export { openFolderOrigin } from './folder-origin.ts';
export type { Origin, OriginSource, StoredFile } from './origin.ts';
export { ORIGIN_CONFORMANCE, type OriginCase } from './origin-conformance.ts';
export { isOriginError, ORIGIN_ERRORS, OriginError, type OriginErrorCode } from './origin-error.ts';
