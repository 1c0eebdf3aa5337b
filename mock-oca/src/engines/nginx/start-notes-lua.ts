/**
 * Runs in nginx's workers: notes each response as it begins in memory that is a file, too, so that neither the death of a worker
 * nor that of its agent loses it, and no system call is made. One ring for each worker: a head that tells how many notes
 * were written and how many the agent has dealt with, then slots of a length and a text (`start-notes.ts`).
 */
export const START_NOTES_LUA = String.raw`
local ffi = require 'ffi'
ffi.cdef [[
typedef struct { double written; double dealt; } oca_ring_head;
int open(const char *path, int flags, ...);
int ftruncate(int fd, long size);
int close(int fd);
void *mmap(void *at, size_t size, int protection, int flags, int fd, long offset);
]]
local O_RDWR, O_CREAT, O_CLOEXEC = 2, 64, 524288
local READ_WRITE, SHARED = 3, 1
local HEAD, SLOT = 64, 384
local NOWHERE = '/dev/null/nowhere'
local find, match, sub, min = string.find, string.match, string.sub, math.min
local rings, slots, ring, pid = {}, 0, nil, nil
local M = {}

-- In the master, before there are workers: they inherit the memory.
function M.open(folder, generation, wanted)
  slots = wanted
  local size = HEAD + slots * SLOT
  for id = 0, ngx.worker.count() - 1 do
    local fd = ffi.C.open(folder .. '/starts.' .. generation .. '.' .. id, O_RDWR + O_CREAT + O_CLOEXEC, ffi.cast('int', 384))
    if fd < 0 then error('the notes of beginning responses cannot be kept in ' .. folder) end
    ffi.C.ftruncate(fd, size)
    local at = ffi.C.mmap(nil, size, READ_WRITE, SHARED, fd, 0)
    ffi.C.close(fd)
    rings[id] = { head = ffi.cast('oca_ring_head *', at), slots = ffi.cast('uint8_t *', at) + HEAD }
  end
end

-- Passes on what it is given. Leaves in $oca_id what the end of the response is to name, or $oca_unnoted where it must tell all itself.
function M.noted(path, disk)
  if path == NOWHERE then return path, disk end
  local var = ngx.var
  if not ring then ring, pid = rings[ngx.worker.id()], ngx.worker.pid() end
  local head = ring.head
  local number = head.written
  if path == 'shed' or number - head.dealt >= slots then
    var.oca_unnoted = '1'
    return path, disk
  end
  local id = pid .. '.' .. number
  local play = match(var.request_uri, '^/[0-9a-fn]+%-([0-9a-z]+)%-') or ''
  local range = var.http_range or ''
  local text = id .. '\t' .. ngx.now() .. '\t' .. var.request_method .. '\t' .. var.remote_addr .. '\t' .. play .. '\t'
    .. sub(path, -32) .. '\t' .. range
  local length = min(#text, SLOT - 2)
  local slot = ring.slots + (number % slots) * SLOT
  slot[0], slot[1] = length % 256, (length - length % 256) / 256
  ffi.copy(slot + 2, text, length)
  head.written = number + 1
  var.oca_id = id
  return path, disk
end

-- Node answers this one after all, and logs it itself: takes the note back, in the same turn.
function M.handed()
  local number = tonumber(match(ngx.var.oca_id or '', '%.(%d+)$'))
  if not number or not ring then return end
  local slot = ring.slots + (number % slots) * SLOT
  slot[0], slot[1] = 0, 0
end

return M
`;
