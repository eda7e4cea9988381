--- Reports usage to 3scale, always in a call of its own.
--
-- It is not added to the authorisation that APIcast makes after an answer from its cache: when that one is refused,
-- nothing in it is recorded, and the tokens of the answer would be lost (apisonator, transactor.rb).

local ReportsBatch = require('apicast.policy.3scale_batcher.reports_batch')
local backend_client = require('apicast.backend_client')
local http_ng_resty = require('resty.http_ng.backend.resty')

local ngx = ngx
local pairs, tostring = pairs, tostring

local _M = {}

local ACCEPTED, OK = 202, 200

local function transactions(context, usage)
  local reports = {}
  for metric, value in pairs(usage.deltas) do
    local one = {}
    for name, credential in pairs(context.credentials) do one[name] = credential end
    one.metric, one.value, one.service_id = metric, value, context.service.id
    reports[#reports + 1] = one
  end
  return ReportsBatch.new(context.service.id, reports)
end

-- The amounts without the credentials, so that an operator can make up for them.
local function amounts(usage)
  local parts = {}
  for metric, value in pairs(usage.deltas) do parts[#parts + 1] = metric .. '=' .. tostring(value) end
  table.sort(parts)
  return table.concat(parts, ' ')
end

--- Reports a usage; returns whether 3scale took it, and logs what it did not take.
function _M.send(context, usage, application)
  if not context.credentials then error('usage without credentials: the policy apicast is not in the chain') end
  local client = backend_client:new(context.service, http_ng_resty)
  local answer = client:report(transactions(context, usage))
  if answer.status == ACCEPTED or answer.status == OK then return true end
  ngx.log(ngx.WARN, 'llm-metrics: 3scale did not take usage of service ', context.service.id, ', application ',
    application.id, ': ', amounts(usage), '; status ', tostring(answer.status))
  return false
end

return _M
