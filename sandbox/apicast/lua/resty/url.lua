--- Taking URLs apart and putting them together.
-- Facts: 3scale/lua-resty-url. `split` gives false for an absent user, password or port and nil for the path `/`.

local _M = { ports = { http = 80, https = 443 } }

--- The port of a scheme, nil for an unknown one.
function _M.default_port(scheme)
  return _M.ports[scheme]
end

local function authority(text)
  local user, password
  local userinfo, address = text:match('^(.+)@(.*)$')
  if userinfo then
    user, password = userinfo:match('^([^:%s]*):(.*)$')
    user = user or userinfo
  end
  local host, port = (address or text):match('^(.-):(%d+)$')
  host = host or address or text
  if host == '' or host:find('%s') then
    return nil
  end
  return user ~= '' and user or false, password or false, host, port or false
end

--- `{ scheme, user, password, host, port, path }`, or nil and why.
function _M.split(url, protocol)
  if not url then
    return nil, 'missing endpoint'
  end
  local scheme, rest = url:match('^(%a[%w+.%-]*)://(.+)$')
  if not scheme or not ngx.re.match(scheme, '^(?:' .. (protocol or 'https?') .. ')$') then
    return nil, 'invalid endpoint'
  end
  local before, path = rest:match('^([^/]*)(/.*)$')
  local user, password, host, port = authority(before or rest)
  if not host then
    return nil, 'invalid endpoint'
  end
  return { scheme, user, password, host, port, path ~= '/' and path or nil }
end

--- The same by name; the port as a number.
function _M.parse(url, protocol)
  local parts, problem = _M.split(url, protocol)
  if not parts then
    return nil, problem
  end
  return setmetatable({
    scheme = parts[1],
    user = parts[2] or nil,
    password = parts[3] or nil,
    host = parts[4],
    port = tonumber(parts[5]),
    path = parts[6],
  }, {
    __tostring = function()
      return url
    end,
  })
end

--- The parts with one slash between each two.
function _M.join(...)
  local parts = {}
  for index = 1, select('#', ...) do
    parts[index] = tostring((select(index, ...)))
  end
  local joined = table.concat(parts, '/')
  local scheme, rest = joined:match('^(%a[%w+.%-]*://)(.*)$')
  return (scheme or '') .. (rest or joined):gsub('/+', '/')
end

return _M
