--- What an application's plan permits: names of models, and how many tokens an answer may have.
--
-- The plan is learnt from the authorisation backend, which both kinds of gateways reach, and remembered for a minute.
-- The call is made without the option `no_body`, so that the answer names the plan (apisonator, docs/rfcs/api-keys.md
-- describes the answer; APIcast's own calls ask for no body).

local backend_client = require('apicast.backend_client')
local http_ng_resty = require('resty.http_ng.backend.resty')
local encoding = require('maas_llm_encoding')
local json = require('maas_llm_json')
local lrucache = require('resty.lrucache')
local paths = require('maas_llm_paths')

local ngx = ngx
local find, gsub, match, sub = string.find, string.gsub, string.match, string.sub
local floor, min = math.floor, math.min
local concat = table.concat
local ipairs, tonumber, tostring = ipairs, tonumber, tostring

local _M = {}

local SECONDS, NO_PLAN_SECONDS, MOST = 60, 10, 10000
local NO_PLAN = {}
-- How long an answer may be, in the words of completions, of chats, of responses, and of llama.cpp.
local LENGTHS = { 'max_tokens', 'max_completion_tokens', 'max_output_tokens', 'n_predict' }
local WANTED = {
  model = true, messages = false, prompt = false, prompt_embeds = false,
  max_tokens = true, max_completion_tokens = true, max_output_tokens = true, n_predict = true,
}
-- What OpenAI's API generates for a completion that names no number; a plan makes that no more.
local COMPLETION_TOKENS = 16
local MOST_SHOWN = 80
local ENTITIES = { ['&lt;'] = '<', ['&gt;'] = '>', ['&quot;'] = '"', ['&apos;'] = "'", ['&amp;'] = '&' }

local cache = lrucache.new(MOST)

--- The configured plans by title; nil when there are none.
function _M.compiled(given)
  local plans
  for _, one in ipairs(given or {}) do
    local models
    for _, name in ipairs(one.models or {}) do
      models = models or {}
      models[name] = true
    end
    plans = plans or {}
    plans[one.plan] = { models = models, names = one.models, max_tokens = one.max_tokens }
  end
  return plans
end

-- The title of the plan, NO_PLAN when there is no such application, nil when the backend did not answer.
local function asked(context)
  local client = backend_client:new(context.service, http_ng_resty)
  local query = {}
  for name, value in pairs(client.authentication) do query[name] = value end
  for name, value in pairs(context.credentials) do query[name] = value end
  local answer = client.http_client.get(client.endpoint .. '/transactions/authorize.xml?' .. ngx.encode_args(query))
  local status = answer.status or 0
  if status == 0 or status >= 499 then return nil end
  local title = match(answer.body or '', '<plan>(.-)</plan>')
  return title and gsub(title, '&%a+;', ENTITIES) or NO_PLAN
end

local function plan_of(context)
  local parts = { tostring(context.service.id) }
  for name, value in pairs(context.credentials) do
    parts[#parts + 1] = name .. '=' .. ngx.escape_uri(tostring(value))
  end
  table.sort(parts)
  local key = ngx.encode_base64(ngx.sha1_bin(concat(parts, ':')))
  local known, stale = cache:get(key)
  if known then return known end
  local found = asked(context)
  if not found then return stale end
  cache:set(key, found, found == NO_PLAN and NO_PLAN_SECONDS or SECONDS)
  return found
end

local function refusal(status, code, param, message)
  return { status = status, code = code, param = param, message = message }
end

-- What was asked for, short enough for an answer, and UTF-8.
local function shown(text)
  local is_long = #text > MOST_SHOWN
  local short = is_long and gsub(sub(text, 1, MOST_SHOWN), '[\194-\244][\128-\191]*$', '') or text
  short = gsub(short, '\237[\160-\191][\128-\191]', '?')
  if not encoding.is_utf8(short) then short = gsub(short, '[\128-\255]', '?') end
  return is_long and short .. '…' or short
end

local function model_refusal(plan, title, scanner)
  if not plan.models then return nil end
  local given = scanner:complete() and scanner.found.model
  local name = given and json.unquoted(given.text)
  if name and plan.models[name] then return nil end
  local asked_for = name and 'The model ' .. shown(name) .. ' was asked for'
    or 'The request names no model that can be read'
  return refusal(403, 'model_not_in_plan', 'model', asked_for .. ', while the plan ' .. title .. ' permits ' ..
    concat(plan.names, ', ') .. '. Ask for one of them, or change the plan.')
end

local function permitted(text, most)
  local number = not find(text, '[xX]') and tonumber((json.unquoted(text)))
  return number and number >= 1 and number <= most and number == floor(number)
end

local function is_given(member)
  return member ~= nil and member.text ~= 'null'
end

-- A refusal for a number that the plan does not permit, under whichever name.
local function length_refusal(plan, title, found)
  for _, name in ipairs(LENGTHS) do
    local value = found[name]
    if is_given(value) and not permitted(value.text, plan.max_tokens) then
      return refusal(400, 'max_tokens_over_plan', name, name .. ' ' .. shown(value.text) ..
        ' was asked for, while the plan ' .. title .. ' permits 1 to ' .. plan.max_tokens ..
        ' tokens. Ask for at most that many, or change the plan.')
    end
  end
end

-- The number that a request gets which names none, and its name; nil where one is named or nothing is generated.
-- What counts is the name that the operation reads: engines pass over the others. A chat reads two. Where the path does
-- not tell, `messages` does not make a chat of a request that has a prompt.
local function own_length(plan, found)
  if paths.generates_nothing() then return nil end
  if paths.is_response() then
    return not is_given(found.max_output_tokens) and plan.max_tokens or nil, 'max_output_tokens'
  end
  local has_prompt = not paths.is_chat() and (found.prompt or found.prompt_embeds)
  if is_given(found.max_tokens) or not (found.messages or has_prompt) then return nil end
  if has_prompt then return min(COMPLETION_TOKENS, plan.max_tokens), 'max_tokens' end
  return not is_given(found.max_completion_tokens) and plan.max_tokens or nil, 'max_tokens'
end

-- A refusal, or the edit that names a number where the request names none.
local function length_limited(plan, title, scanner)
  if not plan.max_tokens or not scanner:complete() then return nil end
  local refused = length_refusal(plan, title, scanner.found)
  if refused then return refused end
  local most, name = own_length(plan, scanner.found)
  if not most then return nil end
  local null = scanner.found[name]
  if null then return nil, { first = null.first, last = null.last, text = tostring(most) } end
  local at, comma = scanner.opened + 1, scanner.members > 0 and ',' or ''
  return nil, { first = at, last = at - 1, text = '"' .. name .. '":' .. most .. comma }
end

--- What is to be done with a request: a refusal (`status`, `code`, `param`, `message`), or a changed body, or neither.
-- @tparam table plans from `compiled`
-- @tparam function body reads the request's body
function _M.judged(plans, context, body)
  if not context.credentials then return nil end
  local title = plan_of(context)
  if not title then
    return refusal(503, 'plan_unknown', nil, 'The plan of the key cannot be learnt at present. Try again later.')
  end
  local plan = plans[title]
  if not plan then return nil end
  local text = body()
  if not text or text == '' then return nil end
  local narrow, wide = encoding.narrow(text)
  local scanner = json.scanned(narrow, WANTED)
  local refused = model_refusal(plan, title, scanner)
  if refused then return refused end
  local over, edit = length_limited(plan, title, scanner)
  return over, edit and encoding.edited(text, { edit }, wide)
end

return _M
