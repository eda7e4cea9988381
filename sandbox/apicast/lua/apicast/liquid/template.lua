--- Liquid templates with outputs: `{{ name.name[0] | filter: argument }}`, also with `{{-` and `-}}`.
-- Facts: Shopify Liquid, "Template syntax". Tags (`{% … %}`) are not known here and make a template unreadable.

local expression = require('apicast.liquid.expression')

local _M = {}

local function closing(text, from)
  local place, quote = from, nil
  while place <= #text do
    local sign = text:sub(place, place)
    if quote then
      quote = sign ~= quote and quote or nil
    elseif sign == '"' or sign == "'" then
      quote = sign
    elseif text:sub(place, place + 1) == '}}' then
      return place
    end
    place = place + 1
  end
  error('an output is not closed', 0)
end

local function stripped(text, left, right)
  text = left and text:gsub('^%s+', '') or text
  return right and text:gsub('%s+$', '') or text
end

--- The parts of a template: texts and expressions in turn.
function _M.parsed(text)
  local parts, place, trim = {}, 1, false
  if text:find('{%', 1, true) then
    error('tags are not known', 0)
  end
  while true do
    local start = text:find('{{', place, true)
    local left = start and text:sub(start + 2, start + 2) == '-'
    parts[#parts + 1] = stripped(text:sub(place, (start or 0) - 1), trim, left)
    if not start then
      return parts
    end
    local finish = closing(text, start + 2)
    trim = text:sub(finish - 1, finish - 1) == '-'
    parts[#parts + 1] = expression.parsed(text:sub(start + (left and 3 or 2), finish - (trim and 2 or 1)))
    place = finish + 2
  end
end

--- The text for a context: an unknown name is empty, everything else as Lua writes it.
function _M.rendered(parts, context)
  local pieces = {}
  for index, part in ipairs(parts) do
    if type(part) ~= 'string' then
      part = expression.value(part, context)
    end
    pieces[index] = part == nil and '' or tostring(part)
  end
  return table.concat(pieces)
end

return _M
