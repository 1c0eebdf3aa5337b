import { END_SLOTS, HEAD_BYTES, START_SLOTS, TEXT_BYTES } from './response-notes.ts';

/**
 * Runs in nginx's workers: notes each response as it begins and as it ends, in memory that is a file, too, so that neither the death of a
 * worker nor that of its agent loses it, and no system call is made. Two rings for each worker, as `response-notes.ts` reads them.
 */
export const RESPONSE_NOTES_LUA = `
local ffi, bit, base = require 'ffi', require 'bit', require 'resty.core.base'
ffi.cdef [[
typedef struct { double begun, begun_read, ended, ended_read, pid; } oca_ring_head;
typedef struct { double at; uint16_t method; uint8_t about, address, range; char text[${TEXT_BYTES}]; } oca_start;
typedef struct { double number, at, bytes, status; } oca_end;
// As every nginx since the first has them begin.
typedef struct { uint32_t signature; void *connection; } oca_request;
typedef struct { void *data, *read, *write; int fd; } oca_connection;
int open(const char *path, int flags, ...);
int ftruncate(int fd, long size);
int close(int fd);
int shutdown(int fd, int how);
void *mmap(void *at, size_t size, int protection, int flags, int fd, long offset);
]]
local C, band, cast, copy, min = ffi.C, bit.band, ffi.cast, ffi.copy, math.min
local get_request = base.get_request
local O_RDWR, O_CREAT, O_CLOEXEC = 2, 64, 524288
local READ_WRITE, SHARED = 3, 1
local HEAD, STARTS, ENDS = ${HEAD_BYTES}, ${START_SLOTS}, ${END_SLOTS}
local GET, HEAD_METHOD = 2, 4
local BOTH_WAYS, SIGNATURE = 2, 0x50545448
local LONGEST_ADDRESS = 64
local NOWHERE = '/dev/null/nowhere'
local rings, head, starts, ends = {}, nil, nil, nil
-- What this worker sends: the number of its note, by the place of nginx's request in memory.
local running = {}
local M = {}

-- In the master, before there are workers: they inherit the memory.
function M.open(folder, generation)
  local size = HEAD + STARTS * ffi.sizeof('oca_start') + ENDS * ffi.sizeof('oca_end')
  for id = 0, ngx.worker.count() - 1 do
    local fd = C.open(folder .. '/responses.' .. generation .. '.' .. id, O_RDWR + O_CREAT + O_CLOEXEC, cast('int', 384))
    if fd < 0 then error('the notes of responses cannot be kept in ' .. folder) end
    C.ftruncate(fd, size)
    local at = cast('char *', C.mmap(nil, size, READ_WRITE, SHARED, fd, 0))
    C.close(fd)
    rings[id] = { head = cast('oca_ring_head *', at), starts = cast('oca_start *', at + HEAD),
      ends = cast('oca_end *', at + HEAD + STARTS * ffi.sizeof('oca_start')) }
  end
end

local function place_of(request)
  return tonumber(cast('uintptr_t', request))
end

-- Of those named that still run, breaks the connection; only while this worker is alone with them.
local function break_named(named)
  local prefix, wanted = ngx.worker.pid() .. '%.(%d+)', {}
  for number in string.gmatch(named, '%f[%d]' .. prefix) do wanted[tonumber(number)] = true end
  for place, number in pairs(running) do
    local request = cast('oca_request *', place)
    if number and wanted[number] and request.signature == SIGNATURE then
      C.shutdown(cast('oca_connection *', request.connection).fd, BOTH_WAYS)
    end
  end
end

-- In each worker. Its timer ends too soon when the worker is to finish what runs and go: costs nothing until then.
function M.begin_worker()
  local ring = rings[ngx.worker.id()]
  head, starts, ends = ring.head, ring.starts, ring.ends
  head.pid = ngx.worker.pid()
  local function wait()
    ngx.timer.at(1000000, function(goes)
      if goes then break_named(ngx.shared.oca_state:get('broken') or '') else wait() end
    end)
  end
  wait()
end

local name_buffer, found_at, found_length = ffi.new('char[32]'), ffi.new('char *[1]'), ffi.new('size_t[1]')
local no_error = base.get_errmsg_ptr()

-- Of a variable, at most 'room' bytes to this place: no string is made of it. How many there are.
local function copy_variable(request, name, to, room)
  local found = C.ngx_http_lua_ffi_var_get(request, name, #name, name_buffer, 0, found_at, found_length, no_error)
  if found ~= 0 then return 0 end
  local length = min(tonumber(found_length[0]), room)
  copy(to, found_at[0], length)
  return length
end

-- Passes on what it is given. Where there is no room for a note, Node answers and logs it.
function M.noted(path, disk, about)
  if not about then return path, disk end
  local request = get_request()
  local method = C.ngx_http_lua_ffi_req_get_method(request)
  if method ~= GET and method ~= HEAD_METHOD then return path, disk end
  local number = head.begun
  if number - head.begun_read >= STARTS then return NOWHERE, disk end
  local start, about_length = starts + band(number, STARTS - 1), #about
  start.at, start.method, start.about = ngx.now(), method, about_length
  copy(start.text, about, about_length)
  local address_length = copy_variable(request, 'remote_addr', start.text + about_length, LONGEST_ADDRESS)
  local length = about_length + address_length
  start.address = address_length
  start.range = copy_variable(request, 'http_range', start.text + length, ${TEXT_BYTES} - length)
  running[place_of(request)] = number
  head.begun = number + 1
  return path, disk
end

function M.ended()
  local request = get_request()
  local place = place_of(request)
  local number = running[place]
  if not number then return end
  running[place] = false
  local count = head.ended
  if count - head.ended_read >= ENDS then return end
  local slot = ends + band(count, ENDS - 1)
  slot.number, slot.at, slot.bytes = number, ngx.now(), tonumber(ngx.var.body_bytes_sent) or 0
  slot.status = C.ngx_http_lua_ffi_get_resp_status(request)
  head.ended = count + 1
end

-- Node answers this one after all, and logs it itself: takes the note back, in the same turn.
function M.handed()
  local place = place_of(get_request())
  local number = running[place]
  if not number then return end
  running[place] = false
  starts[band(number, STARTS - 1)].about = 0
end

return M
`;
