--- Counts the gateway's calls to 3scale's backend by kind and outcome.
-- Facts: APIcast, gateway/src/apicast/metrics/3scale_backend_calls.lua.

local prometheus = require('apicast.prometheus')

local _M = {}

local calls = prometheus(
  'counter', 'threescale_backend_calls', 'Calls to the 3scale backend', { 'endpoint', 'status' }
)

--- Counts one call; status 0 or nil when there was no answer.
function _M.report(endpoint, status)
  local answered = status and status ~= 0
  calls:inc(1, { endpoint, answered and string.format('%dxx', math.floor(status / 100)) or 'invalid_status' })
end

return _M
