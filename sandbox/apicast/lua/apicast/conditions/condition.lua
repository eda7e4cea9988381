--- Operations combined by `and` (default) or `or`.
-- Facts: APIcast, gateway/src/apicast/conditions/condition.lua.

local _M = {}

local INSTANCE = { __index = _M }

local function all(operations, context)
  for _, operation in ipairs(operations) do
    if not operation:evaluate(context) then
      return false
    end
  end
  return true
end

local function any(operations, context)
  for _, operation in ipairs(operations) do
    if operation:evaluate(context) then
      return true
    end
  end
  return false
end

local COMBINATIONS = {
  ['and'] = all,
  ['or'] = any,
  ['true'] = function()
    return true
  end,
}

--- A condition; an unknown combination is an error.
function _M.new(operations, combine_op)
  local holds = COMBINATIONS[combine_op or 'and']
  return setmetatable({ holds = assert(holds, 'Unsupported combine op'), operations = operations }, INSTANCE)
end

--- Whether it holds in a context.
function _M:evaluate(context)
  return self.holds(self.operations, context)
end

return _M
