-- Requests for wrk from two files, one request a line: method, path, headers, body, tab
-- separated; a header is name=value, and headers are separated by the byte 1.
-- READS, WRITES: the files. WRITE_EVERY: reads per write, 0 for none. START: first line.
-- VERIFIED: a file of viewer, tab, JSON of the items on the viewer's page, or nothing: then answers are
-- not looked at. `answers.ts` says what is right. Ends with one line of JSON.
local reads, writes, verified
wrong = 0
local every = tonumber(os.getenv("WRITE_EVERY") or "0")
local sent = 0
local read_at = tonumber(os.getenv("START") or "0")
local write_at = read_at

local function load_requests(path)
  local requests = {}
  for line in io.lines(path) do
    local method, target, packed, body = line:match("^([^\t]*)\t([^\t]*)\t([^\t]*)\t(.*)$")
    local headers = {}
    for header in packed:gmatch("[^\1]+") do
      local cut = header:find("=", 1, true)
      headers[header:sub(1, cut - 1)] = header:sub(cut + 1)
    end
    requests[#requests + 1] = wrk.format(method, target, headers, body ~= "" and body or nil)
  end
  return requests
end

local function load_verified(path)
  local pages = {}
  for line in io.lines(path) do
    local tab = line:find("\t", 1, true)
    pages[line:sub(1, tab - 1)] = line:sub(tab + 1)
  end
  return pages
end

local threads = {}
function setup(thread) threads[#threads + 1] = thread end

function init()
  reads = load_requests(os.getenv("READS"))
  local path = os.getenv("VERIFIED") or ""
  if path ~= "" then verified = load_verified(path) else response = nil end
  if every > 0 then writes = load_requests(os.getenv("WRITES")) end
end

function request()
  sent = sent + 1
  if every > 0 and sent % (every + 1) == 0 then
    write_at = write_at + 1
    return writes[write_at % #writes + 1]
  end
  read_at = read_at + 1
  return reads[read_at % #reads + 1]
end

local function count(text, part)
  local found, at = 0, 1
  while true do
    local first, last = text:find(part, at, true)
    if not first then return found end
    found, at = found + 1, last + 1
  end
end

local START = #'{"items":['

local function is_verified(body)
  local cut = body:find(',"cursor":', 1, true)
  if not cut then return false end
  local viewer = body:match('^,"cursor":"1%.home%.(%d+)%.', cut)
  local known = viewer and verified[viewer]
  if not known then return false end
  local items = body:sub(1, cut - 1)
  if items == known then return true end
  if every == 0 then return false end
  local found = items:find(known:sub(START + 1, known:find(",", START + 1, true)), 1, true)
  local above = found and items:sub(1, found - 1) or items
  local below = found and items:sub(found, -2) or ""
  return count(items, '"source":') == count(known, '"source":')
    and count(above, '"source":') == count(above, '"text":"new ')
    and known:sub(START + 1, START + #below) == below
end

function response(status, _, body)
  -- 201 is a write; what is refused is counted as that.
  if status == 200 and not is_verified(body) then wrong = wrong + 1 end
end

function done(summary, latency)
  local unverified = 0
  for _, thread in ipairs(threads) do unverified = unverified + thread:get("wrong") end
  local failed = summary.errors
  local lost = failed.connect + failed.read + failed.write + failed.timeout
  io.write(string.format(
    '{"requests":%d,"seconds":%.6f,"bytes":%d,"p50Ms":%.3f,"p99Ms":%.3f,"refused":%d,"lost":%d,"wrong":%d}\n',
    summary.requests, summary.duration / 1e6, summary.bytes, latency:percentile(50) / 1000,
    latency:percentile(99) / 1000, failed.status, lost,
    unverified))
end
