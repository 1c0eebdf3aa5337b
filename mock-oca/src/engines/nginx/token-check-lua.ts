import { CALM_WINDOW_MS } from '../../admission/calm.ts';
import { FORGIVEN_AFTER_MS, PROMISED_BYTES } from '../../admission/promised-traffic.ts';
import { RECENT_PLAY_MS } from '../../admission/recent-plays.ts';

/** So long after a crowd began its responses are counted one by one; the agent has looked by then. */
const ALERT_MS = 1500;

/**
 * Runs in nginx's workers: which file a request may have, decided without asking anybody. Keys, index and mood come from
 * the agent through shared memory. What it does not send itself (`NOWHERE`) is Node's to answer, with the reason.
 */
export const TOKEN_CHECK_LUA = String.raw`
local ffi = require 'ffi'
ffi.cdef [[
const void *EVP_sha256(void);
unsigned char *HMAC(const void *md, const void *key, int key_len, const unsigned char *d, size_t n, unsigned char *out, unsigned int *len);
int CRYPTO_memcmp(const void *a, const void *b, size_t len);
]]
local crypto = ffi.C
local digest, digest_len = ffi.new('unsigned char[32]'), ffi.new('unsigned int[1]')
local find, match, sub, byte, format = string.find, string.match, string.sub, string.byte, string.format

local state, files, plays = ngx.shared.oca_state, ngx.shared.oca_files, ngx.shared.oca_plays
local NOWHERE = '/dev/null/nowhere'
local REMEMBERED = 20000
-- As recent-plays.ts and promised-traffic.ts have them.
local RECENT_PLAY, NOTED_AGAIN = ${RECENT_PLAY_MS / 1000}, 10
local PROMISED, FORGIVEN_AFTER = ${PROMISED_BYTES}, ${FORGIVEN_AFTER_MS / 1000}
local M = {}

-- Requests being answered by all workers, nginx's own count in shared memory: limit_conn would cost ten times as much.
-- Its lower half: a whole one would be an object in Lua.
local function own_count()
  return ffi.C.ngx_stat_writing[0]
end
pcall(ffi.cdef, 'extern volatile uint32_t *ngx_stat_writing;')
local function running_of_variable()
  return tonumber(ngx.var.connections_writing)
end
local running = ffi.abi('le') and pcall(own_count) and own_count or running_of_variable

local seen, mode, most, pace, keys, disks, bounds
-- What players are told of the load, and those of them who are to leave: a share of the plays.
local told, said, said_leaving, leaving = '', '', '', 0
-- Below 0 while the box is far from full: nobody is refused then. Else the share of disks, processor and memory in use.
local strain = -1
-- Responses that may begin within CALM_WINDOW before this worker counts what it promises, though the agent has seen no load yet.
local CALM_WINDOW, ALERT = ${CALM_WINDOW_MS / 1000}, ${ALERT_MS / 1000}
local calm, begun, window_at, alert_until = math.huge, 0, 0, 0
local looked_at = 0
-- Paths that were found right, until when: a play sends the same token with each of its requests.
local known, known_count = {}, 0

local function learn(version)
  keys, disks, bounds, known, known_count = {}, {}, {}, {}, 0
  mode, most = state:get('mode') or 'node', tonumber(state:get('most')) or 0
  pace = tonumber(state:get('pace')) or math.huge
  for till, key in string.gmatch(state:get('keys') or '', '(%S+) (%S+)') do
    keys[#keys + 1] = { till = tonumber(till), key = key }
  end
  for kind, rate, ahead, connections, strained in string.gmatch(state:get('bounds') or '', '(%S+) (%S+) (%S+) (%S+) (%S+)') do
    bounds[kind] = { line = 'line ' .. kind, rate = tonumber(rate), ahead = tonumber(ahead), most = tonumber(connections), strain = tonumber(strained) }
  end
  for folder in string.gmatch(state:get('disks') or '', '[^\n]+') do disks[#disks + 1] = folder end
  seen = version
end

local function hmac(key, text)
  crypto.HMAC(crypto.EVP_sha256(), key, #key, text, #text, digest, digest_len)
end

local function hex(bytes)
  return (string.gsub(ffi.string(digest, bytes), '.', function(c) return format('%02x', byte(c)) end))
end

local function network_of(address)
  if #address == 16 and sub(address, 1, 12) == '\0\0\0\0\0\0\0\0\0\0\255\255' then address = sub(address, 13) end
  if #address == 4 then return format('%d.%d.%d.0/24', byte(address, 1, 3)) end
  local a, b, c, d, e, f = byte(address, 1, 6)
  return format('%x:%x:%x::/48', a * 256 + b, c * 256 + d, e * 256 + f)
end

-- The key that signed it, by constant-time comparison with each.
local function signer(text, signature, now)
  for _, each in ipairs(keys) do
    if now < each.till then
      hmac(each.key, text)
      if crypto.CRYPTO_memcmp(hex(16), signature, 32) == 0 then return each end
    end
  end
end

local function is_shaped(expiry, play, scope, signature)
  local digits, tag = match(expiry, '^(%x+)n(%x+)$')
  digits = digits or expiry
  if find(digits, '[^0-9a-f]') or #digits > 12 or (tag and (#tag ~= 8 or find(tag, '[^0-9a-f]'))) then return end
  if #play > 64 or #scope > 64 or #signature ~= 32 or find(signature, '[^0-9a-f]') then return end
  return digits, tag
end

-- As load-gauge.ts.
local function place_of(play)
  local first, last = tonumber(sub(play, -2, -2), 36) or 0, tonumber(sub(play, -1), 36) or 0
  return (16 * first + last) % 256 / 256
end

-- What a path opens; nothing where Node has to say why it does not.
local function look(path)
  local token, file_id = match(path, '^/([0-9a-z-]+)/([0-9a-f]+)$')
  if not token or #file_id ~= 32 then return end
  local text, signature = match(token, '^(.+)-([^-]+)$')
  if not text then return end
  local expiry, play, scope = match(text, '^([0-9a-fn]+)-([0-9a-z]+)-([a-z0-9][a-z0-9-]*)$')
  if not expiry then return end
  local digits, tag = is_shaped(expiry, play, scope, signature)
  local now = ngx.now()
  local by = digits and signer(text, signature, now)
  if not by then return end
  local till = tonumber(digits, 16)
  if till <= now then return end
  if tag then
    hmac(by.key, 'network:' .. network_of(ngx.var.binary_remote_addr))
    if hex(4) ~= tag then return end
  end
  local title, disk, size = match(files:get(file_id) or '', '^(%S+) (%d+) (%d+)$')
  if title ~= scope then return end
  disk = tonumber(disk)
  local found = { file = disks[disk] .. '/' .. file_id, disk = disk, size = tonumber(size), play = play, about = play .. '\t' .. file_id, till = math.min(till, by.till), note_at = 0, place = place_of(play) }
  -- A bound token is looked at again for each client.
  if tag then return found end
  if known_count >= REMEMBERED then known, known_count = {}, 0 end
  known[path], known_count = found, known_count + 1
  return found
end

-- As work-kind.ts.
local function kind_of(play, uri, query)
  local said_there = query and match(uri, '[?&]CMCD=([^&]*)', query)
  if said_there and find(said_there, 'nr', 1, true) and find(',' .. ngx.unescape_uri(said_there) .. ',', ',nr,', 1, true) then
    return 'prefetch'
  end
  if sub(play, 1, 4) == 'fill' then return 'fill' end
  return plays:get(play) and 'running-play' or 'new-play'
end

local function promise(bound, bytes, now)
  local cost = bytes / bound.rate
  local free_at = state:incr(bound.line, cost, now)
  if free_at and free_at - cost < now then
    state:set(bound.line, now + cost)
  elseif free_at and free_at > now + bound.ahead + FORGIVEN_AFTER + cost then
    state:set(bound.line, now + bound.ahead + FORGIVEN_AFTER + cost)
  end
end

-- What a request may be sent, at most: a condition that spares it the bytes is not looked at.
local function asked_bytes(size)
  if ngx.var.request_method == 'HEAD' then return 0 end
  local first, last = match(ngx.var.http_range or '', '^bytes=(%d*)-(%d*)$')
  first, last = tonumber(first), tonumber(last)
  if not first then return last and math.min(last, size) or size end
  return math.max(0, math.min(last or size, size - 1) - first + 1)
end

-- As admit.ts and promised-traffic.ts, for who has a right token. What is taken on is counted at once.
local function is_admitted(kind, bound, size, now)
  if running() > bound.most or strain >= bound.strain then return false end
  if (state:get(bound.line) or 0) - now > bound.ahead then return false end
  local copies = bounds.copies
  if kind == 'fill' and (state:get(copies.line) or 0) - now > copies.ahead then return false end
  local bytes = math.min(asked_bytes(size), PROMISED)
  if kind == 'fill' then
    promise(copies, bytes, now)
  else
    for _, each in pairs(bounds) do promise(each, bytes, now) end
  end
  return true
end

-- As requested-pace.ts: a viewer who says how fast is fast enough (CMCD's rtp, kbit/s) is sent no faster.
local function heed_pace(var, uri, query)
  -- Most say nothing of it: looked for without a pattern, which would not be compiled.
  if not find(uri, 'rtp', query, true) then return end
  local said_there = match(uri, '[?&]CMCD=([^&]*)', query)
  if not said_there or find(uri, '^/[0-9a-fn]+-fill') then return end
  local kbps = match(',' .. ngx.unescape_uri(said_there) .. ',', ',rtp=(%d+),')
  if kbps and #kbps <= 9 and tonumber(kbps) >= 100 then var.limit_rate = math.min(tonumber(kbps) * 125, pace) end
end

-- The file, the number of its disk, and whose request for which file it is; leaves in $cmsd what players are told of the load. What the agent told is
-- looked at once a millisecond.
function M.file()
  local now, var = ngx.now(), ngx.var
  if now ~= looked_at then
    local version = state:get('version')
    if version ~= seen then learn(version) end
    local newest = state:get('said')
    if newest ~= told and newest then
      local share, staying, going = match(newest, '^(%S+) ([^|]*)|(.*)$')
      told, said, said_leaving, leaving = newest, staying, going, tonumber(share)
    end
    strain, looked_at = state:get('strain') or -1, now
    if now >= window_at + CALM_WINDOW then
      window_at, begun = now, 0
      calm = (state:get('calm') or math.huge) / ngx.worker.count()
    end
  end
  var.cmsd = said
  if mode == 'shed' or running() > most then return 'shed' end
  if mode ~= 'serve' then return NOWHERE end
  local uri = var.request_uri
  if #uri > 4096 then return NOWHERE end
  local query = find(uri, '?', 1, true)
  local path = query and sub(uri, 1, query - 1) or uri
  if query then heed_pace(var, uri, query) end
  local found = known[path]
  if not found or now >= found.till then found = look(path) end
  if not found then return NOWHERE end
  if found.place < leaving then var.cmsd = said_leaving end
  begun = begun + 1
  if begun > calm then alert_until = now + ALERT end
  if strain >= 0 or now < alert_until or running() > most / 2 then
    local kind = kind_of(found.play, uri, query)
    if not is_admitted(kind, bounds[kind], found.size, now) then
      state:incr('refused ' .. kind, 1, 0)
      return 'shed'
    end
  end
  if now >= found.note_at then
    found.note_at = now + NOTED_AGAIN
    if kind_of(found.play, uri, query) ~= 'prefetch' then plays:set(found.play, true, RECENT_PLAY) end
  end
  return found.file, found.disk, found.about
end

-- For the agent: lines of 'name value', and a new version that makes the workers look again.
local SINGLE = { mode = true, said = true, most = true, pace = true, strain = true, calm = true, broken = true }
function M.take_state()
  ngx.req.read_body()
  local texts = {}
  for name, value in string.gmatch(ngx.req.get_body_data() or '', '(%S+) ([^\n]+)') do
    texts[name] = (SINGLE[name] or not texts[name]) and value or texts[name] .. '\n' .. value
  end
  for _, name in ipairs({ 'mode', 'most', 'pace', 'said', 'keys', 'disks', 'bounds', 'broken' }) do
    if texts[name] then state:set(name, texts[name]) end
  end
  for _, name in ipairs({ 'strain', 'calm' }) do
    if texts[name] then state:set(name, tonumber(texts[name])) end
  end
  if texts.mode or texts.keys or texts.disks or texts.bounds then state:incr('version', 1, 0) end
  looked_at = 0
  for kind in pairs(bounds or {}) do ngx.print(kind, ' ', state:get('refused ' .. kind) or 0, '\n') end
end

-- Lines of 'fileId title disk size', or of 'fileId' alone for one that is gone. What does not fit stays with Node.
function M.take_files()
  ngx.req.read_body()
  for id, rest in string.gmatch(ngx.req.get_body_data() or '', '(%x+)([^\n]*)\n') do
    if rest == '' then files:delete(id) else files:safe_set(id, sub(rest, 2)) end
  end
  state:incr('version', 1, 0)
  looked_at = 0
end

return M
`;
