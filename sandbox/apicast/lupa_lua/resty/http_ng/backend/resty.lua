--- HTTP over the host: the coroutine of the phase yields the call and is resumed with the answer.

local headers = require('model.headers')
local response = require('resty.http_ng.response')
local state = require('model.state')

local _M = {}

local function sent_fields(fields)
  local sent = headers.parsed()
  for name, value in pairs(fields) do
    sent:set(name, value)
  end
  return sent:text()
end

--- Sends a request; where sockets are not allowed this raises what they raise.
function _M.send(_, request)
  state.allowed(state.WAITING)
  local sent = sent_fields(request.headers)
  local status, fields, body = coroutine.yield('http', request.method, request.url, sent, request.body)
  if not status then
    return response.error(request, fields)
  end
  return response.new(request, status, headers.parsed(fields):table(0), body)
end

return _M
