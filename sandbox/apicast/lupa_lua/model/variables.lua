--- `ngx.var`: what nginx knows of the request, and the variables APIcast declares for itself.
-- Facts: nginx, "Alphabetical index of variables"; APIcast, gateway/conf.d/apicast.conf.

local state = require('model.state')

local DECLARED = {
  'cached_key', 'credentials', 'usage', 'service_id', 'proxy_pass', 'secret_token', 'backend_host',
  'backend_authentication_type', 'backend_authentication_value', 'version', 'real_url', 'post_action_impact',
  'original_request_id', 'upstream_connection_header', 'upstream_host',
}

local function joined(value)
  return type(value) == 'table' and table.concat(value, ', ') or value
end

local function field(headers, name)
  return joined(headers:get((name:gsub('_', '-'))))
end

local COMPUTED = {
  status = function(request)
    return string.format('%03d', request.status or (request.left and 9 or 0))
  end,
  request_method = function(request)
    return request.method
  end,
  request_uri = function(request)
    return request.request_uri
  end,
  uri = function(request)
    return request.uri
  end,
  args = function(request)
    return request.args
  end,
  query_string = function(request)
    return request.args
  end,
  is_args = function(request)
    return request.args and '?' or ''
  end,
  host = function(request)
    local host = joined(request.headers:get('host')) or ''
    return (host:lower():gsub(':%d+$', ''))
  end,
  content_type = function(request)
    return joined(request.headers:get('content-type'))
  end,
  content_length = function(request)
    return joined(request.headers:get('content-length'))
  end,
  request = function(request)
    return request.method .. ' ' .. request.request_uri .. ' HTTP/1.1'
  end,
}

local function argument(request, name)
  local found
  for piece in (request.args or ''):gmatch('[^&]+') do
    local key, value = piece:match('^([^=]*)=(.*)$')
    if not found and key and key:lower() == name:lower() then
      found = value
    end
  end
  return found
end

local function read(_, name)
  local request = state.current()
  if type(name) ~= 'string' then
    return nil
  elseif COMPUTED[name] then
    return COMPUTED[name](request)
  elseif request.variables[name] ~= nil then
    return request.variables[name]
  elseif name:sub(1, 5) == 'http_' then
    return field(request.headers, name:sub(6))
  elseif name:sub(1, 10) == 'sent_http_' then
    return request.answer and field(request.answer, name:sub(11)) or nil
  elseif name:sub(1, 4) == 'arg_' then
    return argument(request, name:sub(5))
  end
  return nil
end

local KNOWN = {}
for _, name in ipairs(DECLARED) do
  KNOWN[name] = true
end

local UNKNOWN = 'variable "%s" not found for writing; maybe it is a built-in variable that is not changeable or you '
  .. 'forgot to use "set $%s \'\';" in the config file to define it first'

local function written(_, name, value)
  local request = state.current()
  if not KNOWN[name] then
    error(string.format(UNKNOWN, tostring(name), tostring(name)), 2)
  end
  request.variables[name] = value ~= nil and tostring(value) or nil
end

local _M = { var = setmetatable({}, { __index = read, __newindex = written }) }

--- The declared variables of a new request: all empty.
function _M.fresh(given)
  for _, name in ipairs(DECLARED) do
    given[name] = given[name] or ''
  end
  return given
end

return _M
