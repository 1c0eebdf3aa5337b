/** The Node door: disks in folders, and a socket. */
export { NodeDiskStore } from './disks/node/node-disk-store.ts';
export { type FoundNginx, findNginx, type NginxSearch } from './engines/nginx/find-nginx.ts';
export { type ListenOptions, listen, type NodeServer } from './engines/node/node-server.ts';
export * from './index.ts';
export { loadNative, type Native } from './native/native.ts';
export { ProcessConfig } from './process/process-config.ts';
export { openRequestLog } from './process/request-log-file.ts';
export { ROUTES_ERRORS, RoutesError, type RoutesErrorCode } from './routes/routes-error.ts';
