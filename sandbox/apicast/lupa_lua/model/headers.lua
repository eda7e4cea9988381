--- Header fields in their order, found by name whatever its case.
-- They come and go as one text, `name NUL value NUL …`, so that a request costs one crossing from Python.

local _M = {}

local Headers = {}
Headers.__index = Headers

--- Fields of a text; nil or empty for none.
function _M.parsed(text)
  local fields = setmetatable({ names = {}, values = {} }, Headers)
  for name, value in (text or ''):gmatch('([^%z]*)%z([^%z]*)%z') do
    fields.names[#fields.names + 1] = name
    fields.values[#fields.values + 1] = value
  end
  return fields
end

--- The same as one text.
function Headers:text()
  local pieces = {}
  for index, name in ipairs(self.names) do
    pieces[index] = name .. '\0' .. self.values[index] .. '\0'
  end
  return table.concat(pieces)
end

--- The value of a field: nil, a text, or a table of texts when it comes more than once.
function Headers:get(name)
  local found
  name = name:lower()
  for index, known in ipairs(self.names) do
    if known:lower() == name then
      if found == nil then
        found = self.values[index]
      else
        found = type(found) == 'table' and found or { found }
        found[#found + 1] = self.values[index]
      end
    end
  end
  return found
end

--- Removes every field of the name.
function Headers:clear(name)
  local names, values = {}, {}
  for index, known in ipairs(self.names) do
    if known:lower() ~= name:lower() then
      names[#names + 1] = known
      values[#values + 1] = self.values[index]
    end
  end
  self.names, self.values = names, values
end

--- Replaces a field; nil or an empty table removes it, a table gives one field per value.
function Headers:set(name, value)
  self:clear(name)
  for _, one in ipairs(type(value) == 'table' and value or { value }) do
    self.names[#self.names + 1] = name
    self.values[#self.values + 1] = tostring(one)
  end
end

local LOOSE = {
  __index = function(fields, name)
    return type(name) == 'string' and rawget(fields, (name:lower():gsub('_', '-'))) or nil
  end,
}

--- A table by name in lower case, or as sent when `raw`.
-- At most `most` fields (0 = all) are in it; `truncated` comes with it when there are more.
function Headers:table(most, raw)
  local found = setmetatable({}, not raw and LOOSE or nil)
  most = most or 100
  for index, name in ipairs(self.names) do
    if most > 0 and index > most then
      return found, 'truncated'
    end
    local key, value = raw and name or name:lower(), self.values[index]
    local before = rawget(found, key)
    if type(before) == 'table' then
      before[#before + 1] = value
    else
      found[key] = before and { before, value } or value
    end
  end
  return found
end

return _M
