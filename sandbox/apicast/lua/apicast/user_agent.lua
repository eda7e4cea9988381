--- The name under which the gateway asks 3scale; called or turned into text.
-- Facts: APIcast, gateway/src/apicast/user_agent.lua.

local env = require('resty.env')

local _M = { _VERSION = '3.16.0' }

--- `production`, `staging` or `unknown`.
function _M.deployment()
  return env.get('THREESCALE_DEPLOYMENT_ENV') or 'unknown'
end

local function name()
  return string.format('APIcast/%s (%s; %s; env:%s)', _M._VERSION, jit.os, jit.arch, _M.deployment())
end

return setmetatable(_M, { __call = name, __tostring = name })
