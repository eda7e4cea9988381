--- `ngx.shared`: dictionaries of the whole gateway, with times to live.
-- Facts: openresty/lua-nginx-module, README of `ngx.shared.DICT`; APIcast, gateway/http.d, conf/nginx.conf.liquid.

local NAMES = {
  'api_keys', 'prometheus_metrics', 'limiter', 'cached_auths', 'batched_reports', 'batched_reports_locks',
}

local Dictionary = {}
Dictionary.__index = Dictionary

local function new(now)
  return setmetatable({ values = {}, ends = {}, now = now }, Dictionary)
end

--- The value of a key, nil when there is none or its time is over.
function Dictionary:get(key)
  local last = self.ends[key]
  if last and last <= self.now() then
    self.values[key], self.ends[key] = nil, nil
  end
  return self.values[key]
end

--- Keeps a value for so many seconds; 0 or nil keeps it for good, a nil value removes it.
function Dictionary:set(key, value, seconds)
  self.values[key] = value
  self.ends[key] = seconds and seconds > 0 and self.now() + seconds or nil
  return true, nil, false
end

--- Sets only what is not there.
function Dictionary:add(key, value, seconds)
  if self:get(key) ~= nil then
    return false, 'exists', false
  end
  return self:set(key, value, seconds)
end

--- Adds to a number; without one it begins at `start`, and without that it is an error.
function Dictionary:incr(key, value, start, seconds)
  local before = self:get(key)
  if before == nil then
    if not start then
      return nil, 'not found'
    end
    self:set(key, start + value, seconds)
    return start + value
  elseif type(before) ~= 'number' then
    return nil, 'not a number'
  end
  self.values[key] = before + value
  return before + value
end

--- Removes a key.
function Dictionary:delete(key)
  self:set(key, nil)
end

--- At most so many keys (default 1024, 0 = all).
function Dictionary:get_keys(most)
  local keys = {}
  for key in pairs(self.values) do
    if (most == 0 or #keys < (most or 1024)) and self:get(key) ~= nil then
      keys[#keys + 1] = key
    end
  end
  return keys
end

--- Removes everything.
function Dictionary:flush_all()
  self.values, self.ends = {}, {}
end

--- The dictionaries APIcast declares, over a clock.
return function(now)
  local shared = {}
  for _, name in ipairs(NAMES) do
    shared[name] = new(now)
  end
  return shared
end
