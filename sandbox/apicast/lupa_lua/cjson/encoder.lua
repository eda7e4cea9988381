--- Writes JSON as lua-cjson does: numbers with 14 digits, an empty table as `{}`, `/` escaped.
-- Facts: mpx/lua-cjson, lua_cjson.c (json_append_data, lua_json_length).

local _M = {}

local ESCAPES = {
  ['"'] = '\\"', ['\\'] = '\\\\', ['/'] = '\\/', ['\b'] = '\\b', ['\f'] = '\\f', ['\n'] = '\\n', ['\r'] = '\\r',
  ['\t'] = '\\t', ['\127'] = '\\u007f',
}

local function escaped(sign)
  return ESCAPES[sign] or string.format('\\u%04x', sign:byte())
end

local function quoted(text)
  return '"' .. text:gsub('[%c"\\/\127]', escaped) .. '"'
end

local function length_of(found)
  local count, most = 0, 0
  for key in pairs(found) do
    if type(key) ~= 'number' or key < 1 or key % 1 ~= 0 then
      return nil
    end
    count, most = count + 1, math.max(most, key)
  end
  if most > 10 and most > count * 2 then
    error('Cannot serialise table: excessively sparse array', 0)
  end
  return most
end

local function number(value)
  if value ~= value or value == math.huge or value == -math.huge then
    error('Cannot serialise number: must not be NaN or Infinity', 0)
  end
  return string.format('%.14g', value)
end

local function collection(found, rules)
  local length, pieces = length_of(found), {}
  if length and (length > 0 or rules.is_array(found)) then
    for index = 1, length do
      pieces[index] = _M.encoded(found[index], rules)
    end
    return '[' .. table.concat(pieces, ',') .. ']'
  end
  for key, value in pairs(found) do
    pieces[#pieces + 1] = quoted(tostring(key)) .. ':' .. _M.encoded(value, rules)
  end
  return '{' .. table.concat(pieces, ',') .. '}'
end

--- The text of a value; `rules.null` and `rules.is_array(table)` say what is null and which empty tables are arrays.
function _M.encoded(value, rules)
  local kind = type(value)
  if value == nil or value == rules.null then
    return 'null'
  elseif kind == 'table' then
    return collection(value, rules)
  elseif kind == 'string' then
    return quoted(value)
  elseif kind == 'number' then
    return number(value)
  elseif kind == 'boolean' then
    return tostring(value)
  end
  return error('Cannot serialise ' .. kind .. ': type not supported', 0)
end

return _M
