--- LLM Monitor: counts the tokens of model servers' answers into metrics of 3scale and Prometheus counters.
--
-- APIcast runs every phase under pcall and drops what it catches, so a policy that fails looks healthy: each phase here
-- catches its own errors first, and counts them.

local answer = require('maas_llm_answer')
local application = require('maas_llm_application')
local counters = require('maas_llm_counters')
local paths = require('maas_llm_paths')
local plan = require('maas_llm_plan')
local report = require('maas_llm_report')
local request = require('maas_llm_request')
local rules = require('maas_llm_rules')
local usage = require('maas_llm_usage')
local cjson = require('cjson.safe')

local ngx = ngx
local floor = math.floor
local ipairs, pcall, tonumber, tostring = ipairs, pcall, tonumber, tostring

local _M = require('apicast.policy').new('LLM metrics', '0.2')

local new = _M.new

local WITH_BODY = { POST = true, PUT = true, PATCH = true }
local BYTES_PER_TOKEN = 6

function _M.new(config)
  local self = new(config)
  config = config or {}
  self.streams = config.enable_sse_support == true
  self.continuous = config.continuous_usage_stats == true
  self.rules, self.broken_rules = rules.compiled(config.rules)
  self.limited_metrics = config.limited_metrics or {}
  self.plans = plan.compiled(config.plans)
  self.application_labels = config.application_labels ~= false
  local estimate = config.estimate or {}
  self.bytes_per_token = estimate.enabled == true and (estimate.bytes_per_token or BYTES_PER_TOKEN) or nil
  return self
end

local function failed(context, what, problem)
  ngx.log(ngx.WARN, 'llm-metrics: ', what, ' failed: ', tostring(problem))
  counters.count_error(context, what)
end

local function guarded(phase, run)
  return function(self, context)
    local ok, problem = pcall(run, self, context)
    if not ok then failed(context, phase, problem) end
  end
end

-- What one request's phases tell each other.
local function state_of(self, context)
  local state = context[self]
  if not state then
    state = {}
    context[self] = state
  end
  return state
end

_M.rewrite = guarded('rewrite', function(self, context)
  local state = state_of(self, context)
  state.with_body = WITH_BODY[ngx.req.get_method()] == true
  if not state.with_body then return end
  -- An encoded answer could not be read.
  ngx.req.clear_header('Accept-Encoding')
  if not self.streams or not request.is_json() then return end
  local text = request.body()
  state.request_bytes = text and #text
  local changed = text and request.asking_for_usage(text, self.continuous)
  if changed then ngx.req.set_body_data(changed) end
end)

local function refuse(refused)
  ngx.status = refused.status
  ngx.header['Content-Type'] = 'application/json'
  ngx.print(cjson.encode({
    error = {
      message = refused.message, type = 'invalid_request_error', param = refused.param, code = refused.code,
    },
  }))
  return ngx.exit(refused.status)
end

_M.access = guarded('access', function(self, context)
  -- A limit is looked at only for metrics that a call names; with 0 it is looked at and nothing is added. A call that
  -- matched no rule stays without usage, so that APIcast refuses it.
  local named = context.usage
  if named and named.metrics and #named.metrics > 0 then
    for _, metric in ipairs(self.limited_metrics) do named:add(metric, 0) end
  end
  if not self.plans or not state_of(self, context).with_body then return end
  local refused, changed = plan.judged(self.plans, context, request.body)
  if refused then return refuse(refused) end
  if changed then ngx.req.set_body_data(changed) end
end)

_M.header_filter = guarded('header_filter', function(self, context)
  local state = state_of(self, context)
  if not state.with_body then return end
  state.status = tostring(ngx.status)
  state.response_headers = ngx.resp.get_headers()
  local kind, unreadable = answer.kind(ngx.status, state.response_headers, self.streams)
  if kind then
    state.reader = answer.reader(kind)
  elseif unreadable then
    counters.count_missing(context, unreadable)
  end
end)

_M.body_filter = guarded('body_filter', function(self, context)
  local state = context[self]
  local reader = state and state.reader
  if not reader then return end
  if ngx.arg[2] then state.complete = true end
  local piece = ngx.arg[1]
  if piece and piece ~= '' then reader:feed(piece) end
end)

-- Low on purpose: an event has at least one token, and not all bytes are text.
local function estimated(self, state)
  local asked = state.request_bytes or tonumber(ngx.var.content_length) or 0
  local answered = answer.event_count(state.reader) or floor(state.reader.bytes / self.bytes_per_token)
  return floor(asked / self.bytes_per_token) + answered
end

-- The counts of an answer that was read; nil when nothing is to be counted.
local function counts_of(self, context, state)
  local read, problem = state.reader:finish(state.complete)
  if problem then failed(context, 'usage', problem) end
  local counts = usage.complete(read) or (state.complete and usage.of_headers(state.response_headers))
  if counts or not state.complete or paths.has_no_usage() then return counts end
  counters.count_missing(context, 'no_usage')
  return self.bytes_per_token and { estimated_tokens = estimated(self, state) } or nil
end

-- The application, where labels or rules can use it; without it the tokens are counted all the same.
local function owner_of(self, context)
  if not self.application_labels then return application.UNKNOWN end
  local ok, found = pcall(application.of, context)
  if ok then return found end
  failed(context, 'application', found)
  return application.UNKNOWN
end

_M.post_action = guarded('post_action', function(self, context)
  local state = context[self]
  if not state or not state.reader or state.counted then return end
  state.counted = true
  if not state.complete then counters.count_aborted(context) end
  local counts = counts_of(self, context, state)
  if not counts then return end
  local owner = owner_of(self, context)
  counters.add_tokens(context, counts, owner)
  if self.broken_rules > 0 then counters.count_error(context, 'rule') end
  state.request_headers = ngx.req.get_headers()
  local found, problem = rules.usage(self.rules, context, state, counts, owner)
  if problem then failed(context, 'rule', problem) end
  if #found.metrics > 0 and not report.send(context, found, owner) then counters.count_failed_report(context) end
end)

return _M
