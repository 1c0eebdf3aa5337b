/** The control plane as a function: runs in a process, inside msw and in virtual time. */
export { type Backend, type BackendDeps, createBackend, type PlainAnswer, type PlainReport } from './backend.ts';
export type { BackendConfig } from './backend-config.ts';
export type { IndexShelf } from './catalog/index-shelf.ts';
export type { LeaseBeat, PlayClaim, PlayOutcome, PlayRecord, StoredPlay } from './leases/play-claim.ts';
export type { AccessTokens, BackendClock, Log, LogLevel, OriginAnswer } from './ports.ts';
export { MemoryStore } from './store/memory-store.ts';
export type { Reported, Store, StoredImport, StoredOca, StoredTitle } from './store/store.ts';
