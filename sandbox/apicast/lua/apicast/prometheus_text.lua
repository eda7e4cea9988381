--- The text exposition format of Prometheus.
-- Facts: prometheus.io, "Exposition formats". A series is kept in the dictionary under its written name with labels.

local _M = {}

local ESCAPES = { ['\\'] = '\\\\', ['"'] = '\\"', ['\n'] = '\\n' }

--- `name="value",…` of a metric's labels.
function _M.labels(names, values)
  local pieces = {}
  for index, name in ipairs(names) do
    pieces[index] = name .. '="' .. tostring(values[index]):gsub('[\\"\n]', ESCAPES) .. '"'
  end
  return table.concat(pieces, ',')
end

--- The written name of a series.
function _M.series(name, labels)
  return labels == '' and name or name .. '{' .. labels .. '}'
end

--- The written name of a histogram's bucket; `le` comes last.
function _M.bucket(name, labels, limit)
  return name .. '_bucket{' .. labels .. (labels == '' and '' or ',') .. 'le="' .. limit .. '"}'
end

local function metric_of(key, registered)
  local name = key:match('^[%w_:]+')
  if registered[name] then
    return registered[name]
  end
  return registered[(name:gsub('_bucket$', ''):gsub('_count$', ''):gsub('_sum$', ''))]
end

local function order_of(key)
  local before, limit = key:match('^(.*)le="([^"]*)"}$')
  if not before then
    return key, 0
  end
  return before, limit == '+Inf' and math.huge or tonumber(limit)
end

local function earlier(one, other)
  local first, first_limit = order_of(one)
  local second, second_limit = order_of(other)
  if first ~= second then
    return first < second
  end
  return first_limit < second_limit
end

--- Every series of a dictionary, below the help and type of its metric.
function _M.rendered(dictionary, registered)
  local keys, lines, last = dictionary:get_keys(0), {}, nil
  table.sort(keys, earlier)
  for _, key in ipairs(keys) do
    local metric = metric_of(key, registered)
    if metric and metric ~= last then
      lines[#lines + 1] = '# HELP ' .. metric.name .. ' ' .. (metric.help or '')
      lines[#lines + 1] = '# TYPE ' .. metric.name .. ' ' .. metric.kind
      last = metric
    end
    lines[#lines + 1] = key .. ' ' .. tostring(dictionary:get(key))
  end
  return table.concat(lines, '\n') .. '\n'
end

return _M
