/** The portable door: runs in Node, in browsers and in virtual time. */
export { createOca, type Oca } from './app.ts';
export type { Clock, Http, Log, OcaDeps, Sha256Hasher, TextAnswer, TextCall, TextHttp } from './deps.ts';
export {
  DiskError,
  type DiskErrorKind,
  type DiskStore,
  type FileEntry,
  type FileWriter,
  isDiskError,
  type OpenFile,
  writeFile,
} from './disks/disk-store.ts';
export { MemoryDiskStore } from './disks/memory-disk-store.ts';
export type { FillSummary } from './fill/fill-agent.ts';
export { OcaConfig, type OcaConfigInput } from './oca-config.ts';
export { ConnectionCut } from './serving/exchange.ts';
export type { MediaAnswer } from './serving/media-answer.ts';
export { type Admission, planResponse, type RequestHead, type ServingState } from './serving/plan-response.ts';
export type { RequestLogLine, TransferOutcome } from './serving/request-log.ts';
export type { PlanBody, ServePlan } from './serving/serve-plan.ts';
