--- Reports added up by credential, as the backend client sends them.
-- Facts: APIcast, gateway/src/apicast/policy/3scale_batcher/reports_batch.lua.

local _M = {}

local INSTANCE = { __index = _M }
local KINDS = { 'user_key', 'app_id', 'access_token' }

local function kind_of(report)
  for _, kind in ipairs(KINDS) do
    if report and report[kind] then
      return kind
    end
  end
  return nil
end

--- A batch of `{ user_key | app_id | access_token, metric, value }`; the first says which credential all of them have.
function _M.new(service_id, reports)
  local kind = kind_of(reports[1])
  local sums = {}
  for _, report in ipairs(reports) do
    local of_credential = sums[report[kind]] or {}
    sums[report[kind]] = of_credential
    of_credential[report.metric] = (of_credential[report.metric] or 0) + report.value
  end
  return setmetatable({ service_id = service_id, credentials_type = kind, reports = sums }, INSTANCE)
end

return _M
