import { EXPOSED_HEADERS } from '@pressplay/protocol/wire';
import { retryAfterClasses, retryAfterS } from '../../admission/retry-after.ts';
import { CORS_HEADERS } from '../../serving/serve-plan.ts';
import type { TlsFiles } from '../tls-files.ts';
import type { FoundNginx } from './find-nginx.ts';

export interface NginxSettings {
  /** Told on the agent's socket, so that it knows which configuration is in force. */
  readonly generation: number;
  readonly nginx: Pick<FoundNginx, 'modules'>;
  readonly host: string;
  readonly port: number;
  /** Holds this configuration, the sockets and the log. */
  readonly folder: string;
  /** Absent where nginx is not started as root. */
  readonly user?: { readonly name: string; readonly group: string } | undefined;
  /** 'auto': one for each core. */
  readonly workers: number | 'auto';
  readonly maxConnections: number;
  readonly slowClientS: number;
  /** For the head of a request to be there. */
  readonly slowHeadersS: number;
  /** As many as the system allows; its own default where absent. */
  readonly openFiles?: number | undefined;
  readonly paceBps?: number | undefined;
  /** Names of thread pools, one a disk, where disks turn: a read that waits must not stop a worker. */
  readonly diskPools: readonly string[];
  readonly tls?: TlsFiles | undefined;
  readonly logsRequests: boolean;
}

/** More than cold viewers at once: with fewer, what lies in memory waits behind them. */
const THREADS_A_DISK = 128;
const CACHED_FILES = 10_000;
/** Room for viewers that only keep their connection. */
const CONNECTIONS = 16_384;

/** The whole configuration of nginx. Holds no secret: keys come through a socket. */
export function nginxConfig(settings: NginxSettings): string {
  const { nginx, folder, user, workers, maxConnections, openFiles, diskPools } = settings;
  return `# Written by the appliance's agent: changes are lost.
${nginx.modules.map((module) => `load_module ${quoted(module)};`).join('\n')}
daemon off;
pcre_jit on;
${user ? `user ${user.name} ${user.group};` : ''}
worker_processes ${workers};
${openFiles === undefined ? '' : `worker_rlimit_nofile ${openFiles};`}
pid ${quoted(`${folder}/nginx.pid`)};
error_log stderr warn;
${diskPools.map((pool) => `thread_pool ${pool} threads=${THREADS_A_DISK} max_queue=65536;`).join('\n')}
events { worker_connections ${Math.min(openFiles ?? CONNECTIONS, CONNECTIONS + 2 * maxConnections)}; }
http {
${indented(httpLines(settings))}
  server {
${indented(serverLines(settings), 4)}
  }
  server {
${indented(agentLines(settings), 4)}
  }
}
`;
}

function httpLines(settings: NginxSettings): string {
  const { folder, generation, slowClientS, slowHeadersS, logsRequests, paceBps } = settings;
  return `server_tokens off;
default_type video/mp4;
sendfile on;
# tcp_nopush costs 44 ms a request on ranges of 64 KiB.
tcp_nopush off;
sendfile_max_chunk 1m;
open_file_cache max=${CACHED_FILES} inactive=60s;
open_file_cache_valid 10s;
disable_symlinks on;
max_ranges 1;
log_not_found off;
merge_slashes off;
client_header_timeout ${slowHeadersS}s;
client_body_timeout 10s;
send_timeout ${slowClientS}s;
keepalive_timeout 60s;
keepalive_requests 1000000;
reset_timedout_connection on;
client_header_buffer_size 1k;
large_client_header_buffers 4 8k;
client_max_body_size 128k;
${['client_body', 'proxy', 'fastcgi', 'scgi', 'uwsgi'].map((each) => `${each}_temp_path ${quoted(`${folder}/tmp-${each}`)};`).join('\n')}
lua_shared_dict oca_state 1m;
lua_shared_dict oca_files 64m;
lua_shared_dict oca_plays 8m;
lua_package_path ${quoted(`${folder}/?.lua;;`)};
init_by_lua_block { oca = require 'token_check' ${logsRequests ? `notes = require 'response_notes' notes.open('${folder}', ${generation})` : ''} }
${logsRequests ? 'init_worker_by_lua_block { notes.begin_worker() }' : ''}
${retryMap()}
map $request $oca_refused { "~^[A-Za-z]+ /\\S* HTTP/1\\.[01]$" path/invalid; default request/invalid; }
# Until the check sets it: a map costs nothing before. The module looks variables up by their names, so short ones are cheap.
map $request_method $cmsd { default ""; }
${paceBps === undefined ? '' : paceMap(paceBps)}
${logsRequests ? LOG_FORMAT : ''}
access_log off;
upstream node { server unix:${folder}/node.sock; keepalive 16; keepalive_timeout 30s; }`;
}

/** As retry-after.ts; looked up only for who is refused. */
function retryMap(): string {
  const classes = [...retryAfterClasses()].map(
    ([delayS, lasts]) => `"~^/[0-9a-fn]+-[0-9a-z]*[${lasts}]-[a-z0-9-]+-[0-9a-f]{32}/" ${delayS};`,
  );
  return `map $request_uri $oca_retry { ${classes.join(' ')} default ${retryAfterS('')}; }`;
}

/** Neighbours that copy a file are not viewers: a pace would only hold up the fill. */
function paceMap(paceBps: number): string {
  return `map $request_uri $oca_rate { "~^/[0-9a-fn]+-fill" 0; default ${Math.ceil(paceBps / 8)}; }`;
}

/** Of whom it refuses. The token is cut away: the log must not open films. Evaluated when a line is written, not before. */
const LOG_FORMAT = `map $request_uri $oca_play { "~^/[0-9a-fn]+-(?<play>[0-9a-z]+)-[a-z0-9-]+-[0-9a-f]{32}/" $play; default ""; }
map $request_uri $oca_file { "~^/[^/]+/(?<file>[0-9a-f]{32})(?:\\?|$)" $file; default ""; }
log_format oca escape=json '{"endedAtS":"$msec","tookS":"$request_time","id":"$request_id","method":"$request_method","client":"$remote_addr","play":"$oca_play","file":"$oca_file","status":"$status","bytes":"$body_bytes_sent","length":"$sent_http_content_length","range":"$sent_http_content_range","whole":"$request_completion"}';`;

function serverLines(settings: NginxSettings): string {
  const { host, port, folder, tls, maxConnections, paceBps, diskPools, logsRequests } = settings;
  const listen = `${host.includes(':') ? `[${host}]` : host}:${port}`;
  const handed = logsRequests ? 'access_by_lua_block { notes.handed() }' : '';
  const path = logsRequests ? 'notes.noted(oca.file())' : 'oca.file()';
  return `listen ${listen} backlog=4096${tls ? ' ssl http2' : ''};
${tls ? tlsLines(tls) : ''}
error_page 400 413 414 494 501 = /.refused;
location = /.refused {
  internal;
  # Whoever asks for it by name.
  error_page 404 = @node;
${indented(corsLines('always'))}
  add_header Cache-Control no-store always;
  default_type application/json;
  return 400 '{"error":{"code":"$oca_refused","message":"This is no request that an OCA understands.","context":{}}}';
}
location ^~ /control { proxy_pass http://node;${PROXY} }
location @node { ${handed} proxy_pass http://node;${PROXY} error_page 502 504 = @gone; recursive_error_pages on; }
# The size of the file is told already when a range lies outside it.
location @outside { ${handed} proxy_pass http://node;${PROXY} proxy_hide_header Content-Range; error_page 502 504 = @gone; recursive_error_pages on; }
# The connection breaks, as Node wished or because it is gone.
location @gone { return 444; }
location @shed {
${indented(corsLines('always'))}
  add_header Cache-Control no-store always;
  add_header Retry-After $oca_retry always;
  add_header CMSD-Dynamic $cmsd always;
  default_type application/json;
  ${logsRequests ? `access_log ${quoted(`${folder}/access.log`)} oca buffer=64k flush=200ms;` : ''}
  return 503 '{"error":{"code":"oca/overloaded","message":"This OCA takes no new requests now.","context":{"maxConnections":${maxConnections},"retryAfterS":$oca_retry}}}';
}
location ~ ^/ {
  ${diskPools.length > 0 ? 'set $oca_disk 1;' : ''}
  set_by_lua_block $oca_path { ${diskPools.length > 0 ? `local path, disk = ${path} ngx.var.oca_disk = disk or 1 return path` : `local path = ${path} return path`} }
  if ($oca_path = shed) { return 503; }
  alias $oca_path;
  # 412 keeps its plain page: it comes too late to be handed over, and no page of a browser may ask what leads to it.
  error_page 403 404 405 500 = @node;
  error_page 416 = @outside;
  error_page 503 = @shed;
${indented(corsLines(''))}
  add_header Cache-Control "private, max-age=86400, immutable, no-transform";
  add_header CMSD-Dynamic $cmsd;
  ${paceBps === undefined ? '' : 'limit_rate $oca_rate;'}
  ${diskPools.length > 0 ? 'aio threads=disk$oca_disk;' : ''}
  ${logsRequests ? 'log_by_lua_block { notes.ended() }' : ''}
}`;
}

const PROXY = `
  proxy_http_version 1.1; proxy_set_header Connection ""; proxy_set_header Host $http_host;
  proxy_set_header X-Oca-Client-Address $remote_addr; proxy_buffering off; proxy_read_timeout 1d; proxy_send_timeout 60s;`;

function corsLines(when: '' | 'always'): string {
  const headers = { ...CORS_HEADERS, 'Access-Control-Expose-Headers': EXPOSED_HEADERS };
  return Object.entries(headers)
    .map(([name, value]) => `add_header ${name} ${quoted(value)}${when === '' ? '' : ' always'};`)
    .join('\n');
}

function tlsLines({ certificateFile, keyFile }: TlsFiles): string {
  return `ssl_certificate ${quoted(certificateFile)};
ssl_certificate_key ${quoted(keyFile)};
ssl_protocols TLSv1.2 TLSv1.3;
ssl_session_cache shared:tls:10m;
ssl_session_timeout 1d;
# With TLS in the kernel sendfile stays zero-copy; without it this says nothing.
ssl_conf_command Options KTLS;`;
}

/** Where the agent speaks to the workers: a socket in a folder that only they and it may enter. */
function agentLines({ folder, generation }: NginxSettings): string {
  return `listen unix:${folder}/agent.sock;
client_body_buffer_size 1m;
client_max_body_size 1m;
location = /state { content_by_lua_block { oca.take_state() } }
location = /files { content_by_lua_block { oca.take_files() } }
location = /counters { stub_status; }
location = /generation { return 200 ${generation}; }`;
}

function quoted(text: string): string {
  if (/["\\$\n]/.test(text)) throw new Error(`${JSON.stringify(text)} cannot stand in nginx's configuration.`);
  return `"${text}"`;
}

function indented(lines: string, spaces = 2): string {
  return lines
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => ' '.repeat(spaces) + line)
    .join('\n');
}
