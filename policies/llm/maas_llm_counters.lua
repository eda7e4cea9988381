--- Prometheus counters. The first three names are those of the guides' policy.

local prometheus = require('apicast.prometheus')

local tostring = tostring

local _M = {}

local BY_APPLICATION = { 'service_id', 'service_system_name', 'application_id', 'application_system_name' }
local BY_REASON = { 'service_id', 'service_system_name', 'reason' }
local BY_SERVICE = { 'service_id', 'service_system_name' }

local function counter(name, help, labels)
  return prometheus('counter', name, help, labels)
end

local tokens = {
  prompt_tokens = {
    counter('llm_prompt_tokens_count', 'Tokens of requests', BY_APPLICATION),
    counter('llm_prompt_tokens_total', 'Tokens of requests', BY_APPLICATION),
  },
  completion_tokens = {
    counter('llm_completion_tokens_count', 'Tokens of answers', BY_APPLICATION),
    counter('llm_completion_tokens_total', 'Tokens of answers', BY_APPLICATION),
  },
  total_tokens = {
    counter('llm_total_token_count', 'Tokens of requests and answers', BY_APPLICATION),
    counter('llm_tokens_total', 'Tokens of requests and answers', BY_APPLICATION),
  },
  reasoning_tokens = { counter('llm_reasoning_tokens_total', 'Tokens of reasoning among them', BY_APPLICATION) },
  cached_tokens = { counter('llm_cached_tokens_total', 'Tokens of requests found in a cache', BY_APPLICATION) },
  estimated_tokens = { counter('llm_estimated_tokens_total', 'Estimate for answers without usage', BY_APPLICATION) },
}
local errors = counter('llm_policy_errors_total', 'Errors of the token policy, which the gateway drops', BY_REASON)
local missing = counter('llm_usage_missing_total', 'Successful answers without readable usage', BY_REASON)
local aborted = counter('llm_requests_aborted_total', 'Answers that ended before they were complete', BY_SERVICE)
local failed = counter('llm_reports_failed_total', 'Reports that 3scale did not take', BY_SERVICE)

local function service_labels(context, ...)
  local service = context.service or {}
  local name = service.system_name or (service.serializable or {}).system_name
  return { tostring(service.id or 'unknown'), tostring(name or 'unknown'), ... }
end

--- Adds the tokens of one answer.
-- @tparam table counts name of the count -> number
-- @tparam table application `id` and `name`
function _M.add_tokens(context, counts, application)
  local labels = service_labels(context, tostring(application.id), tostring(application.name))
  for name, list in pairs(tokens) do
    local value = counts[name]
    if value and value > 0 then
      for i = 1, #list do list[i]:inc(value, labels) end
    end
  end
end

function _M.count_error(context, reason) errors:inc(1, service_labels(context, reason)) end

function _M.count_missing(context, reason) missing:inc(1, service_labels(context, reason)) end

function _M.count_aborted(context) aborted:inc(1, service_labels(context)) end

function _M.count_failed_report(context) failed:inc(1, service_labels(context)) end

return _M
