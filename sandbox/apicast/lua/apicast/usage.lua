--- How much of which metric one request is to be authorised for or has used.
-- Facts: APIcast, gateway/src/apicast/usage.lua. `merge` drops a metric whose sum is not above zero, `add` does not.

local _M = {}

local INSTANCE = { __index = _M }

--- Empty usage: `deltas` by metric, `metrics` in the order they came.
function _M.new()
  return setmetatable({ deltas = {}, metrics = {} }, INSTANCE)
end

--- Adds to a metric; 0 makes the metric known.
function _M:add(metric, value)
  local before = self.deltas[metric]
  if before == nil then
    self.metrics[#self.metrics + 1] = metric
  end
  self.deltas[metric] = (before or 0) + value
end

--- Forgets a metric.
function _M:remove_metric(metric)
  for index, name in ipairs(self.metrics) do
    if name == metric then
      table.remove(self.metrics, index)
      break
    end
  end
  self.deltas[metric] = nil
end

--- Adds another usage; a touched metric that is then 0 or less is forgotten.
function _M:merge(other)
  for _, metric in ipairs(other.metrics) do
    self:add(metric, other.deltas[metric])
    if self.deltas[metric] <= 0 then
      self:remove_metric(metric)
    end
  end
end

--- `usage[metric]` → delta, as the backend takes it.
function _M:format()
  local parameters = {}
  for _, metric in ipairs(self.metrics) do
    parameters['usage[' .. metric .. ']'] = self.deltas[metric]
  end
  return parameters
end

--- The same as one escaped query string, sorted by name.
function _M:encoded_format()
  local pieces = {}
  for name, value in pairs(self:format()) do
    pieces[#pieces + 1] = ngx.escape_uri(name) .. '=' .. ngx.escape_uri(value)
  end
  table.sort(pieces)
  return table.concat(pieces, '&')
end

--- The largest delta; 0 when there is none.
function _M:get_max_delta()
  local most = 0
  for _, value in pairs(self.deltas) do
    most = math.max(most, value)
  end
  return most
end

return _M
