-- One job for wrk: method, body and token come from the environment; the report goes out as JSON. Where a file of
-- bodies or of paths is named, a line of it each, each request sends the next one.
wrk.method = os.getenv("BENCH_METHOD")
local body = os.getenv("BENCH_BODY")
if body ~= "" then
  wrk.body = body
end
local lines = {}
local file = os.getenv("BENCH_LINES")
local paths = os.getenv("BENCH_LINES_ARE") == "paths"
if file ~= "" then
  for line in io.lines(file) do
    lines[#lines + 1] = line
  end
end
if body ~= "" or (#lines > 0 and not paths) then
  wrk.headers["content-type"] = "application/json"
end
local token = os.getenv("BENCH_TOKEN")
if token ~= "" then
  wrk.headers["authorization"] = "Bearer " .. token
end

if #lines > 0 then
  local sent = 0
  function request()
    sent = sent + 1
    local line = lines[(sent - 1) % #lines + 1]
    if paths then
      return wrk.format(nil, line)
    end
    return wrk.format(nil, nil, nil, line)
  end
end

function done(summary, latency)
  local errors = summary.errors
  io.write(string.format(
    'REPORT {"requests": %d, "micros": %d, "bytes": %d, "errors": %d, "refused": %d, "p50": %d, "p99": %d}\n',
    summary.requests, summary.duration, summary.bytes,
    errors.connect + errors.read + errors.write + errors.timeout, errors.status,
    latency:percentile(50), latency:percentile(99)))
end
