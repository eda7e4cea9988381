--- Bodies in UTF-16 and UTF-32, which engines in Python read as JSON too (CPython, json.detect_encoding).
--
-- Places and names that matter are ASCII. So a wide body is looked at as one byte per unit, with a question mark for
-- whatever is not ASCII, and changed in its own encoding.

local byte, char, find = string.byte, string.char, string.find
local gsub, rep, sub = string.gsub, string.rep, string.sub
local concat = table.concat

local _M = {}

-- Width and order of the units, or nil for UTF-8: by the mark at the beginning, or by where the zeros are.
local function wide(text)
  local a, b, c, d = byte(text, 1, 4)
  if not b then return nil end
  if a == 0 and b == 0 then return { width = 4, big = true } end
  if a == 255 and b == 254 and c == 0 and d == 0 then return { width = 4 } end
  if a == 254 and b == 255 then return { width = 2, big = true } end
  if a == 255 and b == 254 then return { width = 2 } end
  if a == 0 then return { width = 2, big = true } end
  if b ~= 0 then return nil end
  if c == 0 and d == 0 then return { width = 4 } end
  return { width = 2 }
end

local function unit_of(encoding)
  local zeros = rep(char(0), encoding.width - 1)
  return function(unit)
    local plain, rest
    if encoding.big then
      plain, rest = sub(unit, -1), sub(unit, 1, -2)
    else
      plain, rest = sub(unit, 1, 1), sub(unit, 2)
    end
    if rest == zeros then return byte(plain) < 128 and plain or '?' end
    return '?'
  end
end

-- A mark at the beginning is white space to the reader of the narrow text.
local function without_mark(narrow, text)
  local is_mark = find(text, '^\254\255') or find(text, '^\255\254') or find(text, '^%z%z\254\255')
  return is_mark and ' ' .. sub(narrow, 2) or narrow
end

--- The text with one byte per unit, and its encoding; the text itself and nil for UTF-8.
function _M.narrow(text)
  local encoding = wide(text)
  if not encoding then return text, nil end
  local narrow = gsub(text, rep('.', encoding.width), unit_of(encoding))
  return without_mark(narrow, text), encoding
end

--- Whether a text without a wide encoding is UTF-8 (RFC 3629, section 4), with surrogates too, as Python's reader of
-- JSON has it. Engines refuse what is not.
function _M.is_utf8(text)
  local missing, low, high = 0, 128, 191
  for i = find(text, '[\128-\255]') or #text + 1, #text do
    local b = byte(text, i)
    if missing > 0 then
      if b < low or b > high then return false end
      missing, low, high = missing - 1, 128, 191
    elseif b > 127 then
      if b < 194 or b > 244 then return false end
      missing = b < 224 and 1 or b < 240 and 2 or 3
      low = b == 224 and 160 or b == 240 and 144 or 128
      high = b == 244 and 143 or 191
    end
  end
  return missing == 0
end

local function widened(text, encoding)
  local zeros = rep(char(0), encoding.width - 1)
  return (gsub(text, '.', encoding.big and zeros .. '%0' or '%0' .. zeros))
end

--- The text with some of its parts replaced.
-- @tparam table edits `{ first =, last =, text = }` each, in units; `last` before `first` inserts
function _M.edited(text, edits, encoding)
  local width = encoding and encoding.width or 1
  table.sort(edits, function(a, b) return a.first < b.first end)
  local pieces, from = {}, 1
  for i = 1, #edits do
    local edit = edits[i]
    pieces[#pieces + 1] = sub(text, from, (edit.first - 1) * width)
    pieces[#pieces + 1] = encoding and widened(edit.text, encoding) or edit.text
    from = edit.last * width + 1
  end
  pieces[#pieces + 1] = sub(text, from)
  return concat(pieces)
end

return _M
