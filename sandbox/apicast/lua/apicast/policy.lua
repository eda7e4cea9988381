--- The table every policy begins with: all phases do nothing until the policy defines them.
-- Facts: APIcast, gateway/src/apicast/policy.lua. `new` makes an instance; its garbage collection hook is left out.

local _M = {}

local PHASES = {
  'init', 'init_worker', 'rewrite', 'access', 'content', 'balancer', 'header_filter', 'body_filter',
  'post_action', 'log', 'metrics', 'ssl_certificate',
}

local function nothing() end

local function described(policy)
  return string.format('Policy: %s (%s)', policy._NAME, policy._VERSION)
end

local function same(one, other)
  return one._NAME == other._NAME and one._VERSION == other._VERSION
end

--- A new policy class and the metatable of its instances.
function _M.new(name, version)
  local policy = { _NAME = name, _VERSION = version or '0.0' }
  local instances = { __index = policy, __tostring = described, policy = policy }
  function policy.new()
    return setmetatable({}, instances)
  end
  for _, phase in ipairs(PHASES) do
    policy[phase] = nothing
  end
  return setmetatable(policy, { __tostring = described, __eq = same }), instances
end

--- Iterates over the names of the phases.
function _M.phases()
  return ipairs(PHASES)
end

return _M
