--- What every template can use of the request, before the context of the policies.
-- Facts: APIcast, gateway/src/apicast/policy/ngx_variable.lua. Read only when a template asks for it.

local linked_list = require('apicast.linked_list')

local _M = {}

local VARIABLES = {
  uri = true, path = true, host = true, remote_addr = true, remote_port = true, scheme = true,
  server_addr = true, server_port = true, request_id = true,
}
local REQUEST = setmetatable({}, {
  __index = function(_, name)
    if name == 'headers' then
      return (ngx.req.get_headers())
    elseif name == 'http_method' then
      return ngx.req.get_method()
    end
    return VARIABLES[name] and ngx.var[name] or nil
  end,
})

--- The request's values, and behind them the given context.
function _M.available_context(context)
  return linked_list.readonly(REQUEST, context)
end

return _M
