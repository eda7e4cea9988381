--- The functions of ngx that turn texts into others.
-- Facts: openresty/lua-nginx-module, README of `ngx.escape_uri`, `ngx.encode_args`, `ngx.decode_args`.

local _M = {}

local function percent(sign)
  return string.format('%%%02X', sign:byte())
end

local function byte(digits)
  return string.char(tonumber(digits, 16))
end

--- Everything but letters, digits and `-._~` as %XX.
function _M.escape_uri(text)
  return (tostring(text):gsub('[^%w%-%._~]', percent))
end

--- %XX as the byte, `+` as a blank.
function _M.unescape_uri(text)
  return (tostring(text):gsub('%+', ' '):gsub('%%(%x%x)', byte))
end

local function pair(name, value)
  if value == true then
    return _M.escape_uri(name)
  end
  return _M.escape_uri(name) .. '=' .. _M.escape_uri(value)
end

--- A query string of a table; sorted, where ngx has no order.
function _M.encode_args(arguments)
  local pieces = {}
  for name, value in pairs(arguments) do
    if type(name) ~= 'string' then
      error('attempt to use a non-string key in the "args" option table', 2)
    end
    for _, one in ipairs(type(value) == 'table' and value or { value }) do
      if one ~= false then
        pieces[#pieces + 1] = pair(name, one)
      end
    end
  end
  table.sort(pieces)
  return table.concat(pieces, '&')
end

--- A table of a query string; a repeated name has a table of values, a name without `=` is true.
function _M.decode_args(text)
  local found = {}
  for piece in tostring(text):gmatch('[^&]+') do
    local name, value = piece:match('^([^=]*)=(.*)$')
    name, value = _M.unescape_uri(name or piece), value and _M.unescape_uri(value) or true
    local before = found[name]
    if type(before) == 'table' then
      before[#before + 1] = value
    else
      found[name] = before ~= nil and { before, value } or value
    end
  end
  return found
end

return _M
