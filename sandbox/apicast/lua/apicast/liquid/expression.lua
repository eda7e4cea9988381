--- The inside of an output: a value, then filters with arguments.

local filters = require('apicast.liquid.filters')

local _M = {}

local WORDS = {
  ['true'] = { literal = true },
  ['false'] = { literal = false },
  ['nil'] = {},
  null = {},
  empty = { literal = '' },
  blank = { literal = '' },
}

local Reader = {}
Reader.__index = Reader

function Reader:space()
  self.place = self.text:match('^%s*()', self.place)
end

--- What a pattern captures here, or nil; stands after it then.
function Reader:take(pattern)
  self:space()
  local found, after = self.text:match('^(' .. pattern .. ')()', self.place)
  self.place = after or self.place
  return found
end

function Reader:wanted(pattern, name)
  return self:take(pattern) or error('expected ' .. name .. ' at ' .. self.place .. ' of ' .. self.text, 0)
end

function Reader:path(first)
  local steps = { first }
  while true do
    if self.text:match('^%s*%.', self.place) then
      self:take('%.')
      steps[#steps + 1] = self:wanted('[%w_][%w_%-]*', 'a name')
    elseif self.text:match('^%s*%[', self.place) then
      self:take('%[')
      steps[#steps + 1] = self:operand()
      self:wanted('%]', ']')
    else
      return { path = steps }
    end
  end
end

function Reader:operand()
  local text = self:take('"[^"]*"') or self:take("'[^']*'")
  if text then
    return { literal = text:sub(2, -2) }
  end
  local number = self:take('%-?%d+%.?%d*')
  if number then
    return { literal = tonumber(number) }
  end
  local name = self:wanted('[%a_][%w_%-]*%??', 'a value')
  return WORDS[name] or self:path(name)
end

function Reader:filter()
  local name = self:wanted('[%a_][%w_]*', 'a filter')
  local called = { apply = filters[name] or error('there is no filter ' .. name, 0), arguments = {} }
  if self:take(':') then
    repeat
      called.arguments[#called.arguments + 1] = self:operand()
    until not self:take(',')
  end
  return called
end

--- An expression; raises what is wrong with it.
function _M.parsed(text)
  local reader = setmetatable({ text = text, place = 1 }, Reader)
  local found = { operand = reader:operand(), filters = {} }
  while reader:take('|') do
    found.filters[#found.filters + 1] = reader:filter()
  end
  reader:space()
  if reader.place <= #text then
    error('unexpected ' .. text:sub(reader.place), 0)
  end
  return found
end

local function resolved(operand, context)
  if not operand.path then
    return operand.literal
  end
  local found = context
  for _, step in ipairs(operand.path) do
    if type(found) ~= 'table' then
      return nil
    end
    local key = type(step) == 'table' and resolved(step, context) or step
    -- Liquid counts from 0, Lua from 1.
    found = found[type(key) == 'number' and key + 1 or key]
  end
  return found
end

--- The value of an expression in a context.
function _M.value(expression, context)
  local value = resolved(expression.operand, context)
  for _, called in ipairs(expression.filters) do
    local arguments = {}
    for index, operand in ipairs(called.arguments) do
      arguments[index] = resolved(operand, context)
    end
    value = called.apply(value, arguments[1], arguments[2])
  end
  return value
end

return _M
