--- The global `ngx`, over functions of the host (`sandbox/apicast/host.py`).

local output = require('model.output')
local request = require('model.request')
local shared = require('model.shared')
local state = require('model.state')
local text = require('model.text')
local variables = require('model.variables')

local LEVELS = { STDERR = 0, EMERG = 1, ALERT = 2, CRIT = 3, ERR = 4, WARN = 5, NOTICE = 6, INFO = 7, DEBUG = 8 }
local CODES = {
  OK = 0, ERROR = -1, AGAIN = -2, DONE = -4, DECLINED = -5, HTTP_OK = 200, HTTP_CREATED = 201, HTTP_ACCEPTED = 202,
  HTTP_NO_CONTENT = 204, HTTP_MOVED_PERMANENTLY = 301, HTTP_MOVED_TEMPORARILY = 302, HTTP_NOT_MODIFIED = 304,
  HTTP_BAD_REQUEST = 400, HTTP_UNAUTHORIZED = 401, HTTP_FORBIDDEN = 403, HTTP_NOT_FOUND = 404, HTTP_NOT_ALLOWED = 405,
  HTTP_CONFLICT = 409, HTTP_TOO_MANY_REQUESTS = 429, HTTP_CLOSE = 444, HTTP_INTERNAL_SERVER_ERROR = 500,
  HTTP_BAD_GATEWAY = 502, HTTP_SERVICE_UNAVAILABLE = 503, HTTP_GATEWAY_TIMEOUT = 504,
}

local function message(...)
  local pieces = {}
  for index = 1, select('#', ...) do
    local value = select(index, ...)
    local metatable = type(value) == 'table' and getmetatable(value)
    if type(value) == 'table' and not (metatable and metatable.__tostring) then
      error("bad argument #" .. index + 1 .. " to 'log' (expected table to have __tostring metamethod)", 3)
    end
    pieces[index] = tostring(value)
  end
  return table.concat(pieces)
end

local function regular_expressions(host)
  local function captures(count, first, last, ...)
    if count == nil then
      return nil, first
    elseif count < 0 then
      return nil
    end
    local found = {}
    for index = 0, count do
      -- A group that took no part is false.
      found[index] = (select(index + 1, ...)) or false
    end
    return found, nil, first, last
  end
  local function searched(subject, pattern, options, start)
    return captures(host.match(tostring(subject), pattern, options or '', start or 1))
  end
  local function match(subject, pattern, options, context)
    local found, problem, _, last = searched(subject, pattern, options, context and context.pos)
    if found and context then
      context.pos = last + 1
    end
    return found, problem
  end
  local function find(subject, pattern, options, context)
    local found, problem, first, last = searched(subject, pattern, options, context and context.pos)
    if not found then
      return nil, nil, problem
    end
    return first, last
  end
  return { match = match, find = find }
end

local function of_request(_, name)
  if name == 'status' then
    local current = state.current()
    return current.status or (current.left and 9 or 0)
  elseif name == 'headers_sent' then
    return state.current().sent
  elseif name == 'ctx' then
    return state.current().ctx
  end
  return nil
end

local function written(ngx, name, value)
  if name == 'status' then
    request.set_status(value)
  elseif name == 'ctx' then
    state.current().ctx = value
  else
    rawset(ngx, name, value)
  end
end

--- The table `ngx`. `host.threshold` is the last level that is logged.
return function(host, null)
  local ngx = {
    null = null, var = variables.var, shared = shared(host.now), re = regular_expressions(host),
    req = request.req, resp = request.resp, header = request.header, arg = request.arg, now = host.now,
    md5 = host.md5, sha1_bin = host.sha1, encode_base64 = host.encode_base64, decode_base64 = host.decode_base64,
    config = { debug = false },
  }
  for _, constants in ipairs({ LEVELS, CODES, text, output }) do
    for name, value in pairs(constants) do
      ngx[name] = value
    end
  end
  ngx.time = function()
    return math.floor(host.now())
  end
  ngx.update_time = function() end
  ngx.get_phase = function()
    return state.phase
  end
  ngx.on_abort = function()
    return 1
  end
  ngx.log = function(level, ...)
    if level <= host.threshold then
      host.log(level, message(...))
    end
  end
  return setmetatable(ngx, { __index = of_request, __newindex = written })
end
