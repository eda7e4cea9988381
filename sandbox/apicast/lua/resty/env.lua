--- Environment variables.
-- Facts: APIcast, gateway/src/resty/env.lua. nginx passes on only the variables its configuration names.

local _M = {}

local SWITCHES = { ['1'] = true, ['true'] = true, ['0'] = false, ['false'] = false }

--- The text of a variable, nil when it is not set.
function _M.get(name)
  return os.getenv(name)
end

--- The text of a variable, nil when it is not set or empty.
function _M.value(name)
  local text = _M.get(name)
  return text ~= '' and text or nil
end

--- true for `1` and `true`, false for `0` and `false`, nil for anything else.
function _M.enabled(name)
  return SWITCHES[_M.get(name) or '']
end

return _M
