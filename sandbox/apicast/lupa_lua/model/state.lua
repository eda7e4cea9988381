--- Which request is being worked on, in which phase, and what is allowed there.
-- Facts: openresty/lua-nginx-module, README ("context" of every function) and src/ngx_http_lua_util.h for the words.

local _M = { request = nil, phase = 'init' }

-- The contexts as that module names them.
local NAMES = {
  rewrite = 'rewrite_by_lua*', access = 'access_by_lua*', content = 'content_by_lua*', log = 'log_by_lua*',
  header_filter = 'header_filter_by_lua*', body_filter = 'body_filter_by_lua*', init = 'init_by_lua*',
}

local function set_of(...)
  local set = {}
  for _, phase in ipairs({ ... }) do
    set[phase] = true
  end
  return set
end

--- Where a call may wait for something: sockets, reading the body, answering.
_M.WAITING = set_of('rewrite', 'access', 'content')
--- Where `ngx.exit` works.
_M.EXITING = set_of('rewrite', 'access', 'content', 'header_filter')
--- Where the body can be replaced before the upstream is asked.
_M.BEFORE = set_of('rewrite', 'access')
--- Where `ngx.arg` is.
_M.BODY = set_of('body_filter')

--- The request being worked on; raises when there is none.
function _M.current()
  return _M.request or error('no request found', 3)
end

--- The request, if the call is allowed in its phase; raises what lua-nginx-module says otherwise.
function _M.allowed(phases)
  if not phases[_M.phase] then
    error('API disabled in the context of ' .. NAMES[_M.phase], 3)
  end
  return _M.request or error('no request found', 3)
end

return _M
