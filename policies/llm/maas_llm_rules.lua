--- The configuration's rules: what is added to which metric of 3scale.

local Condition = require('apicast.conditions.condition')
local LinkedList = require('apicast.linked_list')
local Operation = require('apicast.conditions.operation')
local TemplateString = require('apicast.template_string')
local Usage = require('apicast.usage')

local floor = math.floor
local ngx = ngx
local ipairs, pcall, tonumber, tostring = ipairs, pcall, tonumber, tostring

local _M = {}

local function condition_of(given)
  local operations = {}
  for _, one in ipairs(given.operations or {}) do
    operations[#operations + 1] =
      Operation.new(one.left, one.left_type or 'plain', one.op, one.right, one.right_type or 'plain')
  end
  return Condition.new(operations, given.combine_op or 'and')
end

local function rule_of(given)
  return {
    condition = given.condition and condition_of(given.condition),
    metric = TemplateString.new(given.metric or '', 'liquid'),
    increment = TemplateString.new(given.increment or '0', 'liquid'),
  }
end

--- The rules that can be compiled, and how many cannot; a rule without a condition always holds.
function _M.compiled(given)
  local rules, broken = {}, 0
  for number, one in ipairs(given or {}) do
    local ok, rule = pcall(rule_of, one)
    if ok then
      rules[#rules + 1] = rule
    else
      broken = broken + 1
      ngx.log(ngx.ERR, 'llm-metrics: rule ', number, ' is left out: ', tostring(rule))
    end
  end
  return rules, broken
end

local function values(context, state, counts, application)
  return LinkedList.readonly({
    status = state.status,
    llm_usage = counts,
    req = { headers = state.request_headers },
    resp = { headers = state.response_headers },
    usage = context.usage,
    service = context.service or {},
    original_request = context.original_request,
    jwt = context.jwt or {},
    application = application,
  }, ngx.var)
end

local function increment(rule, found)
  if rule.condition and not rule.condition:evaluate(found) then return nil end
  local metric = rule.metric:render(found)
  local amount = tonumber(rule.increment:render(found)) or 0
  if metric ~= '' and amount >= 1 then return metric, floor(amount) end
end

--- What the rules make of an answer's counts: a usage of 3scale without zeros, and the complaint of a rule that failed.
function _M.usage(rules, context, state, counts, application)
  local found = values(context, state, counts, application)
  local usage, problem = Usage.new(), nil
  for _, rule in ipairs(rules) do
    local ok, metric, amount = pcall(increment, rule, found)
    if not ok then
      problem = metric
    elseif metric then
      usage:add(metric, amount)
    end
  end
  return usage, problem
end

return _M
