--- Two tables read as one: the first, and where that has nothing (or false) the second.
-- Facts: APIcast, gateway/src/apicast/linked_list.lua.

local _M = {}

local EMPTY = setmetatable({}, { __newindex = function() end })

local function found(list, key)
  return list.current[key] or list.next[key]
end

local READONLY = {
  __index = found,
  __newindex = function()
    error('readonly list')
  end,
}
local READWRITE = {
  __index = found,
  __newindex = function(list, key, value)
    list.current[key] = value
  end,
}

--- Writing is an error.
function _M.readonly(first, second)
  return setmetatable({ current = first or EMPTY, next = second or EMPTY }, READONLY)
end

--- Writing goes to the first table.
function _M.readwrite(first, second)
  return setmetatable({ current = first or EMPTY, next = second or EMPTY }, READWRITE)
end

return _M
