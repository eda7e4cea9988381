--- Header fields by name, whatever its case and with `_` for `-`.
-- Facts: APIcast, gateway/src/resty/http_ng/headers.lua.

local _M = {}

local function normalized(name)
  local dashed = tostring(name):lower():gsub('_', '-')
  return (dashed:gsub('%f[%w]%a', string.upper))
end

local FIELDS = {
  __index = function(fields, name)
    return rawget(fields, normalized(name))
  end,
  __newindex = function(fields, name, value)
    rawset(fields, normalized(name), value)
  end,
}

--- A copy of the given fields.
function _M.new(fields)
  local copy = setmetatable({}, FIELDS)
  for name, value in pairs(fields or {}) do
    copy[name] = value
  end
  return copy
end

return _M
