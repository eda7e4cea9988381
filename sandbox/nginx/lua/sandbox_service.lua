--- A product of 3scale as `sandbox/nginx/service.py` promotes it: whose call it is, and what the call counts.

local Usage = require('apicast.usage')

local ngx = ngx
local find, gsub, lower, match, sub = string.find, string.gsub, string.lower, string.match, string.sub
local ipairs, setmetatable, tostring = ipairs, setmetatable, tostring

local _M = {}
local mt = { __index = _M }

-- As APIcast understands a pattern: nothing after `?`, `{name}` is one segment, a dot is a dot, `$` at the end ends it.
local function expression(pattern)
  pattern = gsub(pattern, '%?.*$', '')
  pattern = gsub(pattern, '//+', '/')
  pattern = gsub(pattern, '%.', '\\.')
  return '^' .. gsub(pattern, '{[^}]+}', "[\\w\\-.~%%!$&'()*+,;=@:]+")
end

--- The product.
function _M.new(content)
  local proxy = content.proxy
  local rules = {}
  for number, rule in ipairs(proxy.proxy_rules) do
    rules[number] = { expression = expression(rule.pattern), metric = rule.metric_system_name, delta = rule.delta }
  end
  return setmetatable({
    id = tostring(content.id),
    system_name = content.system_name,
    serializable = content,
    backend_version = content.backend_version,
    backend_authentication = {
      type = content.backend_authentication_type, value = content.backend_authentication_value,
    },
    backend = proxy.backend,
    api_backend = proxy.api_backend,
    rules = rules,
  }, mt)
end

-- User or password of Basic.
local function basic(encoded)
  local decoded = ngx.decode_base64(encoded)
  local colon = decoded and find(decoded, ':', 1, true)
  if not colon then return nil end
  local user, password = sub(decoded, 1, colon - 1), sub(decoded, colon + 1)
  return user ~= '' and user or password ~= '' and password or nil
end

--- The key in the header Authorization; nil without one.
function _M.key()
  local kind, value = match(ngx.var.http_authorization or '', '^(%a+)%s+(%S+)%s*$')
  kind = lower(kind or '')
  if kind == 'bearer' then return value end
  return kind == 'basic' and basic(value) or nil
end

--- What a call counts: the sum of the rules it matches; those of this product are for any method.
function _M:usage(path)
  local usage = Usage.new()
  for _, rule in ipairs(self.rules) do
    if ngx.re.find(path, rule.expression, 'oj') then usage:add(rule.metric, rule.delta) end
  end
  return usage
end

return _M
