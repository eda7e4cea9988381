--- Reads JSON with lua-cjson's own habits: hexadecimal numbers and NaN are numbers, control characters in texts pass.
-- Facts: mpx/lua-cjson, lua_cjson.c (json_next_token, json_append_data).

local _M = {}

local MOST_DEPTH = 1000
local ESCAPED = { ['"'] = '"', ['\\'] = '\\', ['/'] = '/', b = '\b', f = '\f', n = '\n', r = '\r', t = '\t' }

local function failed(reader, expected, found)
  error(string.format('Expected %s but found %s at character %d', expected, found, reader.place), 0)
end

local function token_at(reader)
  local sign = reader.text:sub(reader.place, reader.place)
  if sign == '' then
    return 'T_END'
  end
  local names = { ['{'] = 'T_OBJ_BEGIN', ['}'] = 'T_OBJ_END', ['['] = 'T_ARR_BEGIN', [']'] = 'T_ARR_END' }
  names[','], names[':'], names['"'] = 'T_COMMA', 'T_COLON', 'T_STRING'
  return names[sign] or 'invalid token'
end

local function skip(reader)
  reader.place = reader.text:match('^[ \t\r\n]*()', reader.place)
end

local function utf8(code)
  if code < 0x80 then
    return string.char(code)
  elseif code < 0x800 then
    return string.char(0xC0 + math.floor(code / 0x40), 0x80 + code % 0x40)
  elseif code < 0x10000 then
    return string.char(0xE0 + math.floor(code / 0x1000), 0x80 + math.floor(code / 0x40) % 0x40, 0x80 + code % 0x40)
  end
  local upper = string.char(0xF0 + math.floor(code / 0x40000), 0x80 + math.floor(code / 0x1000) % 0x40)
  return upper .. string.char(0x80 + math.floor(code / 0x40) % 0x40, 0x80 + code % 0x40)
end

local function code_point(reader, place)
  local high = tonumber(reader.text:match('^%x%x%x%x', place) or '', 16)
  if not high or (high >= 0xDC00 and high <= 0xDFFF) then
    failed(reader, 'value', 'invalid unicode escape code')
  elseif high < 0xD800 or high > 0xDBFF then
    return utf8(high), place + 4
  end
  local low = tonumber(reader.text:match('^\\u(%x%x%x%x)', place + 4) or '', 16)
  if not low or low < 0xDC00 or low > 0xDFFF then
    failed(reader, 'value', 'invalid unicode escape code')
  end
  return utf8((high - 0xD800) * 0x400 + low - 0xDC00 + 0x10000), place + 10
end

local function text_value(reader)
  local pieces, place = {}, reader.place + 1
  while true do
    local plain, sign, after = reader.text:match('^([^"\\%z]*)(["\\])()', place)
    if not plain then
      failed(reader, 'value', 'unexpected end of string')
    end
    pieces[#pieces + 1], place = plain, after
    if sign == '"' then
      reader.place = place
      return #pieces == 1 and plain or table.concat(pieces)
    end
    local escaped = reader.text:sub(place, place)
    if escaped == 'u' then
      pieces[#pieces + 1], place = code_point(reader, place + 1)
    else
      pieces[#pieces + 1] = ESCAPED[escaped] or failed(reader, 'value', 'invalid escape code')
      place = place + 1
    end
  end
end

local WORDS = { ['true'] = true, ['false'] = false }
-- Not JSON, but lua-cjson takes them, in any case.
local NUMBERS = {
  nan = 0 / 0, inf = math.huge, infinity = math.huge, ['-inf'] = -math.huge, ['-infinity'] = -math.huge,
}

local function word_value(reader)
  local word = reader.text:match('^%-?%a+', reader.place) or ''
  local value = WORDS[word]
  if word == 'null' then
    value = reader.null
  elseif value == nil then
    value = NUMBERS[word:lower()]
  end
  if value == nil then
    failed(reader, 'value', token_at(reader))
  end
  reader.place = reader.place + #word
  return value
end

local function number_value(reader)
  local text = reader.text:match('^%-?0[xX]%x+', reader.place)
    or reader.text:match('^%-?%d+%.?%d*[eE][+-]?%d+', reader.place)
    or reader.text:match('^%-?%d+%.?%d*', reader.place)
  if not text then
    return word_value(reader)
  elseif text:find('^%-?0%d') then
    failed(reader, 'value', 'invalid number')
  end
  reader.place = reader.place + #text
  return tonumber(text)
end

local value

local function nested(reader)
  reader.depth = reader.depth + 1
  if reader.depth > MOST_DEPTH then
    error(string.format('Found too many nested data structures (%d)', reader.depth), 0)
  end
  reader.place = reader.place + 1
  skip(reader)
end

local function follows(reader, closing, expected)
  skip(reader)
  local sign = reader.text:sub(reader.place, reader.place)
  if sign ~= ',' and sign ~= closing then
    failed(reader, expected, token_at(reader))
  end
  reader.place = reader.place + 1
  return sign == ','
end

local function object_value(reader)
  local found = {}
  nested(reader)
  if reader.text:sub(reader.place, reader.place) == '}' then
    reader.place, reader.depth = reader.place + 1, reader.depth - 1
    return found
  end
  repeat
    skip(reader)
    if reader.text:sub(reader.place, reader.place) ~= '"' then
      failed(reader, 'object key string', token_at(reader))
    end
    local key = text_value(reader)
    skip(reader)
    if reader.text:sub(reader.place, reader.place) ~= ':' then
      failed(reader, 'colon', token_at(reader))
    end
    reader.place = reader.place + 1
    found[key] = value(reader)
  until not follows(reader, '}', 'comma or object end')
  reader.depth = reader.depth - 1
  return found
end

local function array_value(reader)
  local found, count = setmetatable({}, reader.array_mt), 0
  nested(reader)
  if reader.text:sub(reader.place, reader.place) == ']' then
    reader.place, reader.depth = reader.place + 1, reader.depth - 1
    return found
  end
  repeat
    count = count + 1
    found[count] = value(reader)
  until not follows(reader, ']', 'comma or array end')
  reader.depth = reader.depth - 1
  return found
end

local BEGINNINGS = { ['{'] = object_value, ['['] = array_value, ['"'] = text_value }

value = function(reader)
  skip(reader)
  return (BEGINNINGS[reader.text:sub(reader.place, reader.place)] or number_value)(reader)
end

--- The value of a whole JSON text; `array_mt` (or nil) becomes the metatable of arrays.
function _M.decoded(text, null, array_mt)
  if type(text) ~= 'string' then
    error('bad argument #1 to \'decode\' (string expected, got ' .. type(text) .. ')', 3)
  end
  local reader = { text = text, place = 1, depth = 0, null = null, array_mt = array_mt }
  local found = value(reader)
  skip(reader)
  if reader.place <= #text then
    failed(reader, 'the end', token_at(reader))
  end
  return found
end

return _M
