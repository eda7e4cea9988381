--- The client of 3scale's backend.
-- Facts: APIcast, gateway/src/apicast/backend_client.lua.

local calls = require('apicast.metrics.3scale_backend_calls')
local http_ng = require('resty.http_ng')
local resty_env = require('resty.env')
local resty_url = require('resty.url')
local user_agent = require('apicast.user_agent')

local _M = { endpoint = resty_env.value('BACKEND_ENDPOINT_OVERRIDE') }

local INSTANCE = { __index = _M }

local function counted(endpoint, answer)
  calls.report(endpoint, answer.status)
  return answer
end

local function authentication_of(service)
  local found = { service_id = service.id }
  local token = service.backend_authentication
  if token and token.type then
    found[token.type] = token.value
  end
  return found
end

--- A client for one service; nil and why when its endpoint is not a URL.
function _M:new(service, backend)
  local endpoint = self.endpoint or (service.backend and service.backend.endpoint) or error('missing endpoint')
  local parts, problem = resty_url.split(endpoint)
  if not parts then
    return nil, problem
  end
  local fields = { user_agent = user_agent(), host = service.backend and service.backend.host or parts[4] }
  local client = http_ng.new({
    backend = backend,
    options = { headers = fields, ssl = { verify = resty_env.enabled('OPENSSL_VERIFY') } },
  })
  return setmetatable({
    version = service.backend_version,
    endpoint = endpoint,
    service_id = service.id,
    authentication = authentication_of(service),
    http_client = client,
  }, INSTANCE)
end

local function address(client, path, ...)
  local queries = { ngx.encode_args(client.authentication) }
  for index = 1, select('#', ...) do
    local query = ngx.encode_args((select(index, ...)))
    if query ~= '' then
      queries[#queries + 1] = query
    end
  end
  return resty_url.join(client.endpoint, '', path .. '?' .. table.concat(queries, '&'))
end

local OPTIONS = { headers = { ['3scale-options'] = 'rejection_reason_header=1&limit_headers=1&no_body=1' } }

local function asked(client, path, ...)
  return client.http_client.get(address(client, path, ...), OPTIONS)
end

--- Authorises without recording anything.
function _M:authorize(...)
  local answer = asked(self, '/transactions/authorize.xml', ...)
  if answer.status == 0 and answer.error == 'closed' then
    answer = asked(self, '/transactions/authorize.xml', ...)
  end
  return counted('auth', answer)
end

--- Authorises and records; a refused call records nothing.
function _M:authrep(...)
  return counted('authrep', asked(self, '/transactions/authrep.xml', ...))
end

local function form_of(batch)
  local form, index = {}, 0
  for credential, metrics in pairs(batch.reports) do
    form[string.format('transactions[%d][%s]', index, batch.credentials_type)] = credential
    for metric, value in pairs(metrics) do
      form[string.format('transactions[%d][usage][%s]', index, metric)] = value
    end
    index = index + 1
  end
  return form
end

--- Records a batch of reports; status 202 when the backend took it.
function _M:report(batch)
  return counted('report', self.http_client.post(address(self, '/transactions.xml'), form_of(batch)))
end

return _M
