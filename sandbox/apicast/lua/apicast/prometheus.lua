--- Metrics in `ngx.shared.prometheus_metrics`, called as `prometheus(type, name, help, label_names[, buckets])`.
-- Facts: APIcast, gateway/src/apicast/prometheus.lua; knyar/nginx-lua-prometheus 0.20181120. A wrong use is logged and
-- counted in `nginx_metric_errors_total`, never raised. `text()` is our own: what `collect()` prints.

local text_format = require('apicast.prometheus_text')

local DICTIONARY = 'prometheus_metrics'
local ERRORS = 'nginx_metric_errors_total'
local BUCKETS = { 0.005, 0.01, 0.02, 0.03, 0.05, 0.075, 0.1, 0.2, 0.3, 0.4, 0.5, 0.75, 1, 1.5, 2, 3, 4, 5, 10 }

local _M = {}

local registered = {}
local dictionary = ngx.shared[DICTIONARY]

local function failed(problem)
  ngx.log(ngx.ERR, problem)
  dictionary:incr(ERRORS, 1, 0)
end

local function checked_labels(metric, values)
  local wanted, given = #metric.label_names, values and #values or 0
  if wanted ~= given then
    failed(string.format('Inconsistent labels count for %s, expected %d, got %d', metric.name, wanted, given))
    return nil
  end
  return text_format.labels(metric.label_names, values or {})
end

local function added(key, value)
  local _, problem = dictionary:incr(key, value, 0)
  if problem then
    failed('Error adding to ' .. key .. ': ' .. problem)
  end
end

local Counter = {}

--- Adds to the series of the label values; 1 when no value is given.
function Counter:inc(value, label_values)
  if value and value < 0 then
    return failed('Value should not be negative: ' .. self.name)
  end
  local labels = checked_labels(self, label_values)
  if labels then
    added(text_format.series(self.name, labels), value or 1)
  end
end

local Gauge = {}

--- Sets the series of the label values.
function Gauge:set(value, label_values)
  local labels = checked_labels(self, label_values)
  if not value then
    failed('No value passed for ' .. self.name)
  elseif labels then
    dictionary:set(text_format.series(self.name, labels), value)
  end
end

--- Adds to the series of the label values, also a negative number.
function Gauge:inc(value, label_values)
  local labels = checked_labels(self, label_values)
  if labels then
    added(text_format.series(self.name, labels), value or 1)
  end
end

local Histogram = {}

--- Counts one observation.
function Histogram:observe(value, label_values)
  local labels = checked_labels(self, label_values)
  if not labels then
    return
  end
  added(text_format.series(self.name .. '_count', labels), 1)
  added(text_format.series(self.name .. '_sum', labels), value)
  for _, limit in ipairs(self.buckets) do
    if value <= limit then
      added(text_format.bucket(self.name, labels, tostring(limit)), 1)
    end
  end
  added(text_format.bucket(self.name, labels, '+Inf'), 1)
end

local KINDS = { counter = Counter, gauge = Gauge, histogram = Histogram }

local function registered_metric(_, kind, name, help, label_names, buckets)
  assert(name, 'missing metric name')
  if not registered[name] then
    local class = assert(KINDS[kind], 'missing metric type')
    local metric = { kind = kind, name = name, help = help, label_names = label_names or {} }
    metric.buckets = buckets or BUCKETS
    registered[name] = setmetatable(metric, { __index = class })
  end
  return registered[name]
end

--- All series in the text exposition format.
function _M.text()
  return text_format.rendered(dictionary, registered)
end

--- Answers the request with them.
function _M.collect()
  ngx.header.content_type = 'text/plain'
  ngx.print(_M.text())
end

--- nginx-lua-prometheus sets its own counter of errors to 0 here.
function _M.init_worker() end

if not dictionary then
  local function nothing() end
  local silent = { inc = nothing, set = nothing, observe = nothing }
  _M.text, _M.collect = function() return '' end, nothing
  return setmetatable(_M, { __call = function() return silent end })
end

dictionary:set(ERRORS, 0)
registered[ERRORS] = { kind = 'counter', name = ERRORS, help = 'Number of nginx-lua-prometheus errors' }
return setmetatable(_M, { __call = registered_metric })
