--- `ngx.req` and `ngx.resp`, `ngx.header`, `ngx.status`, `ngx.arg`.
-- Facts: openresty/lua-nginx-module, README. `set_body_data` is refused after `access`: it would change nothing there.

local state = require('model.state')
local text = require('model.text')

local _M = { req = {}, resp = {} }

local req = _M.req

function req.get_method()
  return state.current().method
end

function req.http_version()
  return state.current().http_version
end

function req.get_headers(most, raw)
  return state.current().headers:table(most, raw)
end

function req.set_header(name, value)
  local request = state.current()
  request.headers:set(name, value)
  request.headers_changed = true
end

function req.clear_header(name)
  req.set_header(name, nil)
end

function req.get_uri_args()
  return text.decode_args(state.current().args or '')
end

function req.read_body()
  state.allowed(state.WAITING).body_read = true
end

function req.get_body_data()
  local request = state.current()
  return request.body_read and request.body ~= '' and request.body or nil
end

function req.get_body_file()
  local request = state.current()
  return request.body_read and request.body_file or nil
end

local function read_already()
  local request = state.allowed(state.BEFORE)
  return request.body_read and request or error('request body not read yet', 3)
end

local function replaced(request, data, file, length)
  request.body, request.body_file, request.body_changed = data, file, true
  req.set_header('Content-Length', tostring(length))
end

function req.set_body_data(data)
  if type(data) ~= 'string' then
    error("bad argument #1 to 'set_body_data' (string expected, got " .. type(data) .. ')', 2)
  end
  replaced(read_already(), data, nil, #data)
end

function req.set_body_file(path)
  local request = read_already()
  local file = assert(io.open(path, 'rb'))
  local length = file:seek('end')
  file:close()
  replaced(request, nil, path, length)
end

local function answer()
  return state.current().answer
end

function _M.resp.get_headers(most, raw)
  return answer():table(most, raw)
end

local function dashed(name)
  return (name:gsub('_', '-'))
end

--- `ngx.header`: reading and changing the fields of the answer until it is sent.
_M.header = setmetatable({}, {
  __index = function(_, name)
    return answer():get(dashed(name))
  end,
  __newindex = function(_, name, value)
    local request = state.current()
    if request.sent then
      ngx.log(ngx.ERR, 'attempt to set ngx.header.' .. name .. ' after sending out response headers')
      return
    end
    request.answer:set(dashed(name), value)
    request.answer_changed = true
  end,
})

--- `ngx.arg`: the piece of the body and whether it is the last.
_M.arg = setmetatable({}, {
  __index = function(_, index)
    local request = state.phase == 'body_filter' and state.request or error('API disabled in the current context', 2)
    if index == 1 then
      return request.chunk
    end
    if index == 2 then
      return request.eof
    end
    return nil
  end,
  __newindex = function(_, index, value)
    local request = state.phase == 'body_filter' and state.request or error('API disabled in the current context', 2)
    if index == 1 then
      request.chunk = type(value) == 'table' and table.concat(value) or value
    elseif index == 2 then
      request.eof = value and true or false
    end
  end,
})

--- Changes the status of the answer until it is sent.
function _M.set_status(value)
  local request = state.current()
  if request.sent then
    ngx.log(ngx.ERR, 'attempt to set ngx.status after sending out response headers')
    return
  end
  request.status = tonumber(value)
end

return _M
