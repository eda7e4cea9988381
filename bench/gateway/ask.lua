-- What wrk asks, and what it tells at the end. wrk takes these globals from its script.

local format = string.format

wrk.method = 'POST'
wrk.headers['Content-Type'] = 'application/json'
wrk.headers['Authorization'] = 'Bearer bench'

function init(arguments)
  wrk.body = arguments[1]
  if arguments[2] then wrk.headers['Connection'] = arguments[2] end
end

function done(summary, latency)
  local errors = summary.errors
  io.write(format('\n{"requests":%d,"seconds":%f,"p50_ms":%f,"p99_ms":%f,"errors":%d}\n',
    summary.requests, summary.duration / 1e6, latency:percentile(50) / 1e3, latency:percentile(99) / 1e3,
    errors.connect + errors.read + errors.write + errors.status + errors.timeout))
end
