--- A product of 3scale as its promoted configuration describes it: whose call it is, and what the call counts.

local MappingRule = require('sandbox_mapping_rule')
local Usage = require('apicast.usage')
local cjson = require('cjson')

local ngx = ngx
local find, gsub, lower, match, sub = string.find, string.gsub, string.lower, string.match, string.sub
local ipairs, setmetatable, tostring = ipairs, setmetatable, tostring

local _M = {}
local mt = { __index = _M }

local function given(value, otherwise)
  if value == nil or value == cjson.null then return otherwise end
  return value
end

local function refusal(proxy, name, status, text)
  return {
    status = given(proxy['error_status_' .. name], status),
    content_type = given(proxy['error_headers_' .. name], 'text/plain; charset=us-ascii'),
    text = given(proxy['error_' .. name], text),
  }
end

--- The product; statuses and texts are 3scale's own where the configuration has none (porta, app/models/proxy.rb).
function _M.new(content)
  local proxy = content.proxy
  local rules = {}
  for _, rule in ipairs(proxy.proxy_rules or {}) do rules[#rules + 1] = MappingRule.new(rule) end
  return setmetatable({
    id = tostring(content.id),
    system_name = content.system_name,
    serializable = content,
    backend_version = tostring(given(content.backend_version, '1')),
    backend_authentication = {
      type = content.backend_authentication_type, value = content.backend_authentication_value,
    },
    backend = proxy.backend,
    api_backend = proxy.api_backend,
    secret_token = given(proxy.secret_token, ''),
    location = given(proxy.credentials_location, 'query'),
    names = {
      user_key = given(proxy.auth_user_key, 'user_key'),
      app_id = given(proxy.auth_app_id, 'app_id'),
      app_key = given(proxy.auth_app_key, 'app_key'),
    },
    rules = rules,
    refusals = {
      auth_missing = refusal(proxy, 'auth_missing', 403, 'Authentication parameters missing'),
      auth_failed = refusal(proxy, 'auth_failed', 403, 'Authentication failed'),
      no_match = refusal(proxy, 'no_match', 404, 'No Mapping Rule matched'),
      limits_exceeded = refusal(proxy, 'limits_exceeded', 429, 'Usage limit exceeded'),
    },
  }, mt)
end

-- User and password of Basic, or the token of Bearer.
local function authorization()
  local kind, value = match(ngx.var.http_authorization or '', '^(%a+)%s+(%S+)%s*$')
  kind = lower(kind or '')
  if kind == 'bearer' then return { token = value } end
  local decoded = kind == 'basic' and ngx.decode_base64(value)
  local colon = decoded and find(decoded, ':', 1, true)
  if not colon then return {} end
  local user, password = sub(decoded, 1, colon - 1), sub(decoded, colon + 1)
  return { user = user ~= '' and user or nil, password = password ~= '' and password or nil }
end

local function parameter(self, name)
  local own = self.names[name]
  if self.location == 'headers' then return ngx.var['http_' .. gsub(lower(own), '-', '_')] end
  return ngx.var['arg_' .. own]
end

--- `user_key`, or `app_id` and `app_key` of the call, and their values as a list; nil without a complete set.
function _M:credentials()
  local in_header = self.location == 'authorization' and authorization()
  if self.backend_version == '1' then
    local key = in_header and (in_header.user or in_header.password or in_header.token)
    if not in_header then key = parameter(self, 'user_key') end
    if not key then return nil end
    return { user_key = key }, { key }
  end
  local id = in_header and (in_header.user or in_header.token)
  local key = in_header and in_header.password
  if not in_header then id, key = parameter(self, 'app_id'), parameter(self, 'app_key') end
  if not id or not key then return nil end
  return { app_id = id, app_key = key }, { id, key }
end

--- What a call counts: the sum of the rules it matches, in their order, up to one that is the last.
function _M:usage(method, path)
  local usage = Usage.new()
  for _, rule in ipairs(self.rules) do
    if rule:matches(method, path) then
      usage:add(rule.metric, rule.delta)
      if rule.last then break end
    end
  end
  return usage
end

return _M
