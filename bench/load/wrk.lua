-- Requests for wrk from two files, one request a line: method, path, headers, body, tab
-- separated; a header is name=value, and headers are separated by the byte 1.
-- READS, WRITES: the files. WRITE_EVERY: reads per write, 0 for none. START: first line.
-- Ends with one line of JSON.
local reads, writes
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

function init()
  reads = load_requests(os.getenv("READS"))
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

function done(summary, latency)
  local failed = summary.errors
  local lost = failed.connect + failed.read + failed.write + failed.timeout
  io.write(string.format(
    '{"requests":%d,"seconds":%.6f,"bytes":%d,"p50Ms":%.3f,"p99Ms":%.3f,"refused":%d,"lost":%d}\n',
    summary.requests, summary.duration / 1e6, summary.bytes, latency:percentile(50) / 1000,
    latency:percentile(99) / 1000, failed.status, lost))
end
