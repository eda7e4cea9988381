--- The filters of templates: Liquid's for texts and numbers, and those of ngx that APIcast adds.
-- Facts: Shopify Liquid, "Filters"; APIcast, gateway/src/apicast/template_string.lua. What is no number counts as 0.

local _M = {}

local function text(value)
  return value == nil and '' or tostring(value)
end

local function number(value)
  return tonumber(value) or 0
end

local function replaced(value, old, new, most)
  local pieces, place, done = {}, 1, 0
  value, old = text(value), text(old)
  while old ~= '' and done < most do
    local start, finish = value:find(old, place, true)
    if not start then
      break
    end
    pieces[#pieces + 1] = value:sub(place, start - 1) .. text(new)
    place, done = finish + 1, done + 1
  end
  return table.concat(pieces) .. value:sub(place)
end

function _M.default(value, other)
  return (value == nil or value == false or value == '') and other or value
end

function _M.plus(value, other)
  return number(value) + number(other)
end

function _M.minus(value, other)
  return number(value) - number(other)
end

function _M.times(value, other)
  return number(value) * number(other)
end

function _M.divided_by(value, other)
  local quotient = number(value) / number(other)
  local whole = number(value) % 1 == 0 and number(other) % 1 == 0
  return whole and math.floor(quotient) or quotient
end

function _M.modulo(value, other)
  return number(value) % number(other)
end

function _M.abs(value)
  return math.abs(number(value))
end

function _M.ceil(value)
  return math.ceil(number(value))
end

function _M.floor(value)
  return math.floor(number(value))
end

function _M.round(value)
  return math.floor(number(value) + 0.5)
end

function _M.at_least(value, other)
  return math.max(number(value), number(other))
end

function _M.at_most(value, other)
  return math.min(number(value), number(other))
end

function _M.downcase(value)
  return text(value):lower()
end

function _M.upcase(value)
  return text(value):upper()
end

function _M.capitalize(value)
  return (text(value):gsub('^%l', string.upper))
end

function _M.strip(value)
  return (text(value):gsub('^%s+', ''):gsub('%s+$', ''))
end

function _M.lstrip(value)
  return (text(value):gsub('^%s+', ''))
end

function _M.rstrip(value)
  return (text(value):gsub('%s+$', ''))
end

function _M.append(value, other)
  return text(value) .. text(other)
end

function _M.prepend(value, other)
  return text(other) .. text(value)
end

function _M.remove(value, old)
  return replaced(value, old, '', math.huge)
end

function _M.remove_first(value, old)
  return replaced(value, old, '', 1)
end

function _M.replace(value, old, new)
  return replaced(value, old, new, math.huge)
end

function _M.replace_first(value, old, new)
  return replaced(value, old, new, 1)
end

function _M.size(value)
  return type(value) == 'table' and #value or #text(value)
end

function _M.first(value)
  return type(value) == 'table' and value[1] or nil
end

function _M.last(value)
  return type(value) == 'table' and value[#value] or nil
end

function _M.join(value, separator)
  return type(value) == 'table' and table.concat(value, separator or ' ') or text(value)
end

function _M.split(value, separator)
  local parts, place = {}, 1
  value, separator = text(value), text(separator)
  while separator ~= '' do
    local start, finish = value:find(separator, place, true)
    if not start then
      break
    end
    parts[#parts + 1] = value:sub(place, start - 1)
    place = finish + 1
  end
  parts[#parts + 1] = value:sub(place)
  return parts
end

local OF_NGX = { 'escape_uri', 'unescape_uri', 'encode_base64', 'decode_base64', 'md5', 'sha1_bin', 'time', 'now' }

for _, name in ipairs(OF_NGX) do
  _M[name] = function(value)
    return ngx[name](value)
  end
end

return _M
