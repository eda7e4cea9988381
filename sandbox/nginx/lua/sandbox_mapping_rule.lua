--- A mapping rule: method and the beginning of a path. Not there: parameters in the query string.

local ngx = ngx
local gsub = string.gsub
local setmetatable = setmetatable

local _M = {}
local mt = { __index = _M }

-- As APIcast understands a pattern: nothing after `?`, `{name}` is one segment, a dot is a dot, `$` at the end ends it.
local function expression(pattern)
  pattern = gsub(pattern, '%?.*$', '')
  pattern = gsub(pattern, '//+', '/')
  pattern = gsub(pattern, '%.', '\\.')
  return '^' .. gsub(pattern, '{[^}]+}', "[\\w\\-.~%%!$&'()*+,;=@:]+")
end

--- The rule of a promoted configuration's `proxy_rules` item.
function _M.new(rule)
  return setmetatable({
    method = rule.http_method,
    expression = expression(rule.pattern),
    metric = rule.metric_system_name,
    delta = rule.delta or 0,
    last = rule.last == true,
  }, mt)
end

function _M:matches(method, path)
  return (self.method == method or self.method == 'ANY') and ngx.re.find(path, self.expression, 'oj') ~= nil
end

return _M
