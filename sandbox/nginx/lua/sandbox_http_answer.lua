--- Reads one HTTP/1.1 answer from an nginx socket.

local concat = table.concat
local lower, match = string.lower, string.match
local tonumber = tonumber

local _M = {}

local WITHOUT_BODY = { [204] = true, [304] = true }

local function read_head(socket)
  local line, problem = socket:receive('*l')
  if not line then return nil, problem end
  local minor, status = match(line, '^HTTP/1%.(%d) (%d%d%d)')
  if not status then return nil, 'not an answer of HTTP/1: ' .. line end
  local headers = {}
  while true do
    line, problem = socket:receive('*l')
    if not line then return nil, problem end
    if line == '' then break end
    local name, value = match(line, '^([^:]+):%s*(.-)%s*$')
    if name then
      name = lower(name)
      headers[name] = headers[name] and headers[name] .. ', ' .. value or value
    end
  end
  return { status = tonumber(status), headers = headers, minor = minor }
end

local function read_trailers(socket)
  while true do
    local line, problem = socket:receive('*l')
    if not line then return nil, problem end
    if line == '' then return true end
  end
end

local function read_chunks(socket)
  local pieces = {}
  while true do
    local line, problem = socket:receive('*l')
    if not line then return nil, problem end
    local size = tonumber(match(line, '^%x+') or '', 16)
    if not size then return nil, 'not a chunk: ' .. line end
    if size == 0 then
      local ended, trailer_problem = read_trailers(socket)
      if not ended then return nil, trailer_problem end
      return concat(pieces)
    end
    local piece, piece_problem = socket:receive(size)
    if not piece then return nil, piece_problem end
    pieces[#pieces + 1] = piece
    local _, end_problem = socket:receive(2)
    if end_problem then return nil, end_problem end
  end
end

-- The body, and whether it ends before the connection does.
local function read_body(socket, answer)
  local headers = answer.headers
  if lower(headers['transfer-encoding'] or '') == 'chunked' then
    local body, problem = read_chunks(socket)
    return body, true, problem
  end
  local size = tonumber(headers['content-length'])
  if size == 0 then return '', true end
  if size then
    local body, problem = socket:receive(size)
    return body, true, problem
  end
  local body, problem = socket:receive('*a')
  return body, false, problem
end

--- `status`, `headers` (names in lower case), `body` and `reusable` (whether the connection is); or nil and a reason.
function _M.read(socket, method)
  local answer, problem
  repeat
    answer, problem = read_head(socket)
    if not answer then return nil, problem end
  until answer.status >= 200
  local stays = answer.minor == '1' and lower(answer.headers.connection or '') ~= 'close'
  if method == 'HEAD' or WITHOUT_BODY[answer.status] then
    answer.body, answer.reusable = '', stays
    return answer
  end
  local bounded
  answer.body, bounded, problem = read_body(socket, answer)
  if not answer.body then return nil, problem end
  answer.reusable = stays and bounded
  return answer
end

return _M
