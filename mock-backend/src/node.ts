/** The Node door: what supervisors, tests and the command line need beside the portable control plane. */
export { filesOf, type TitleFile } from './catalog/title-files.ts';
export * from './ingest/index.ts';
export * from './origin/index.ts';
export { type AccountsKey, accessTokens, type IssueOptions, issueAccessToken } from './process/access-tokens.ts';
export { CONFIG_ERRORS, ConfigError, type ConfigErrorCode, type ConfigIssue } from './process/config-error.ts';
export { hmacSha256Hex } from './process/hmac-sha256.ts';
export { deriveKeys, type FleetKeys } from './process/keys.ts';
export type { ServedStore } from './process/late-store.ts';
export { originAnswer } from './process/origin-answer.ts';
export { postgresHome } from './process/postgres-files.ts';
export { ProcessConfig, type ProcessConfigInput } from './process/process-config.ts';
export { type RegionLogger, type RegionServer, startRegion } from './process/region-server.ts';
export { type PostgresOptions, type RunningPostgres, startPostgres } from './process/start-postgres.ts';
export { workerTableBuilder } from './process/table-builder.ts';
export { PostgresStore, type PostgresStoreOptions } from './store/postgres/postgres-store.ts';
