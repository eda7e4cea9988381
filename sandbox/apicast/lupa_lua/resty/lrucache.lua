--- A cache of so many values, each with a time to live; the one that was not used for longest makes room.
-- Facts: openresty/lua-resty-lrucache, README.

local _M = {}

local INSTANCE = { __index = _M }

--- A cache for `size` values; nil and why for a size below 1.
function _M.new(size)
  if size < 1 then
    return nil, 'size too small'
  end
  return setmetatable({ size = size, count = 0, entries = {}, turn = 0 }, INSTANCE)
end

--- The value; nil when there is none, nil and the old value when its time is over.
function _M:get(key)
  local entry = self.entries[key]
  if not entry then
    return nil
  end
  self.turn = self.turn + 1
  entry.turn = self.turn
  if entry.ends and entry.ends <= ngx.now() then
    return nil, entry.value
  end
  return entry.value
end

local function without_oldest(cache)
  local oldest
  for key, entry in pairs(cache.entries) do
    if not oldest or entry.turn < cache.entries[oldest].turn then
      oldest = key
    end
  end
  cache:delete(oldest)
end

--- Keeps a value for so many seconds; without seconds for good.
function _M:set(key, value, seconds)
  if not self.entries[key] then
    if self.count >= self.size then
      without_oldest(self)
    end
    self.count = self.count + 1
  end
  self.turn = self.turn + 1
  self.entries[key] = { value = value, ends = seconds and ngx.now() + seconds or nil, turn = self.turn }
end

--- Forgets a value.
function _M:delete(key)
  if self.entries[key] then
    self.entries[key] = nil
    self.count = self.count - 1
  end
end

--- How many values there are.
function _M:count_items()
  return self.count
end

return _M
