-- One job for wrk: method, body and token come from the environment; the report goes out as JSON.
wrk.method = os.getenv("BENCH_METHOD")
local body = os.getenv("BENCH_BODY")
if body ~= "" then
  wrk.body = body
  wrk.headers["content-type"] = "application/json"
end
local token = os.getenv("BENCH_TOKEN")
if token ~= "" then
  wrk.headers["authorization"] = "Bearer " .. token
end

function done(summary, latency)
  local errors = summary.errors
  io.write(string.format(
    'REPORT {"requests": %d, "micros": %d, "bytes": %d, "errors": %d, "refused": %d, "p50": %d, "p99": %d}\n',
    summary.requests, summary.duration, summary.bytes,
    errors.connect + errors.read + errors.write + errors.timeout, errors.status,
    latency:percentile(50), latency:percentile(99)))
end
