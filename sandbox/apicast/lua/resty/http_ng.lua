--- The HTTP client of APIcast's modules: `client.get(url, options)`, `client.post(url, body, options)`.
-- Facts: APIcast, gateway/src/resty/http_ng.lua. A table as body becomes a form. A backend has `send(backend, request)`
-- with `request = { method, url, headers, body, options }` and returns a `resty.http_ng.response`.

local headers = require('resty.http_ng.headers')
local url_parts = require('resty.url')

local _M = {}

local WITH_BODY = { POST = true, PUT = true, PATCH = true }
local WITHOUT_BODY = { GET = true, HEAD = true, DELETE = true, OPTIONS = true }

local function merged(...)
  local all = {}
  for index = 1, select('#', ...) do
    for name, value in pairs(select(index, ...) or {}) do
      local both = type(value) == 'table' and type(all[name]) == 'table'
      all[name] = both and merged(all[name], value) or value
    end
  end
  return all
end

local function target(url)
  local parts = assert(url_parts.split(url))
  local scheme, user, password, host, port, path = unpack(parts, 1, 6)
  host = port and host .. ':' .. port or host
  local fields = { host = host }
  if user or password then
    fields.authorization = 'Basic ' .. ngx.encode_base64((user or '') .. ':' .. (password or ''))
  end
  return scheme .. '://' .. host .. (path or ''), fields
end

local function with_body(request, body)
  if type(body) == 'table' then
    body = ngx.encode_args(body)
    request.headers.content_type = request.headers.content_type or 'application/x-www-form-urlencoded'
  end
  request.body = tostring(body)
  request.headers['Content-Length'] = tostring(#request.body)
end

local function call(client, method, url, body, options)
  local address, fields = target(assert(url, 'url as first parameter is required'))
  options = merged({ headers = fields }, rawget(client, 'options'), options)
  local request = { method = method, url = address, options = options, headers = headers.new(options.headers) }
  if body ~= nil then
    with_body(request, body)
  end
  return client.backend:send(request)
end

local function verb(client, name)
  local method = tostring(name):upper()
  if WITH_BODY[method] then
    return function(url, body, options)
      return call(client, method, url, assert(body, 'body as second parameter is required'), options)
    end
  elseif WITHOUT_BODY[method] then
    return function(url, options)
      return call(client, method, url, nil, options)
    end
  end
  return nil
end

--- A client over a backend, by default the one with sockets.
function _M.new(client)
  client = client or {}
  client.backend = client.backend or require('resty.http_ng.backend.resty')
  return setmetatable(client, { __index = verb })
end

return _M
