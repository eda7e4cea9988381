--- Answering in place of the upstream: `ngx.print`, `ngx.say`, `ngx.exit` and their kin.
-- Facts: openresty/lua-nginx-module, README. `exit` ends the request by never being resumed, so a pcall around it does
-- not catch it; in header_filter it returns.

local state = require('model.state')

local _M = {}

local function piece(value)
  if type(value) == 'table' then
    local texts = {}
    for index, one in ipairs(value) do
      texts[index] = piece(one)
    end
    return table.concat(texts)
  end
  return tostring(value)
end

local function sent(request, ...)
  request.sent = true
  request.status = request.status or 200
  for index = 1, select('#', ...) do
    request.output[#request.output + 1] = piece((select(index, ...)))
  end
  return 1
end

function _M.print(...)
  return sent(state.allowed(state.WAITING), ...)
end

function _M.say(...)
  local request = state.allowed(state.WAITING)
  sent(request, ...)
  return sent(request, '\n')
end

function _M.flush()
  state.allowed(state.WAITING)
  return 1
end

_M.eof = _M.flush

function _M.exit(status)
  local request = state.allowed(state.EXITING)
  if state.phase == 'header_filter' then
    request.exited = status
    return
  end
  coroutine.yield('exit', status)
end

return _M
