--- A comparison of two values, each plain or a Liquid template.
-- Facts: APIcast, gateway/src/apicast/conditions/operation.lua.

local TemplateString = require('apicast.template_string')

local _M = {}

local INSTANCE = { __index = _M }

local COMPARISONS = {
  ['=='] = function(left, right)
    return left == right
  end,
  ['!='] = function(left, right)
    return left ~= right
  end,
  matches = function(left, right)
    return ngx.re.match(left, right) ~= nil
  end,
}

--- A comparison; an unknown operator is an error.
function _M.new(left, left_type, op, right, right_type)
  return setmetatable({
    holds = assert(COMPARISONS[op], 'Unsupported operation'),
    templated_left = TemplateString.new(left, left_type or 'plain'),
    templated_right = TemplateString.new(right, right_type or 'plain'),
  }, INSTANCE)
end

--- Whether it holds; both sides are compared as text.
function _M:evaluate(context)
  return self.holds(tostring(self.templated_left:render(context)), tostring(self.templated_right:render(context)))
end

return _M
