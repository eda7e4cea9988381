--- Sends one request of `resty.http_ng` over an nginx socket: HTTP/1.1, connections kept for the next request.
-- Facts: APIcast, gateway/src/resty/http_ng/backend/resty.lua. Not there: TLS, proxies, answers by and by.

local http_answer = require('sandbox_http_answer')
local response = require('resty.http_ng.response')

local ngx = ngx
local concat = table.concat
local match = string.match
local pairs, tonumber, tostring = pairs, tonumber, tostring

local _M = {}

-- nginx's default of lua_socket_connect_timeout and its like, which APIcast leaves alone.
local MILLISECONDS = 60000
local KEPT_MILLISECONDS, KEPT_CONNECTIONS = 60000, 512

local function text_of(request, path)
  local lines = { request.method .. ' ' .. path .. ' HTTP/1.1' }
  for name, value in pairs(request.headers) do lines[#lines + 1] = name .. ': ' .. tostring(value) end
  return concat(lines, '\r\n') .. '\r\n\r\n' .. (request.body or '')
end

local function exchanged(socket, request, path)
  local sent, problem = socket:send(text_of(request, path))
  if not sent then return nil, problem end
  local answer, reading_problem = http_answer.read(socket, request.method)
  if not answer then
    socket:close()
    return nil, reading_problem
  end
  if answer.reusable then
    local kept, keeping_problem = socket:setkeepalive(KEPT_MILLISECONDS, KEPT_CONNECTIONS)
    if not kept then ngx.log(ngx.WARN, 'connection not kept: ', keeping_problem) end
  else
    socket:close()
  end
  return answer
end

--- The answer to a request with `method`, `url`, `headers` and perhaps `body`; status 0 when there is none.
function _M.send(_, request)
  local host, port, path = match(request.url, '^http://([^:/?]+):?(%d*)(.*)$')
  if not host then return response.error(request, 'only http is spoken here: ' .. request.url) end
  if match(path, '^[^/]') or path == '' then path = '/' .. path end
  local socket = ngx.socket.tcp()
  socket:settimeouts(MILLISECONDS, MILLISECONDS, MILLISECONDS)
  local connected, problem = socket:connect(host, tonumber(port) or 80)
  if not connected then return response.error(request, problem) end
  local answer, exchange_problem = exchanged(socket, request, path)
  if not answer then return response.error(request, exchange_problem) end
  return response.new(request, answer.status, answer.headers, answer.body)
end

return _M
