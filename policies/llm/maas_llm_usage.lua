--- Usage as engines report it, in one shape: whole numbers by name.
--
-- Names of the chat, completions and embeddings APIs are `prompt_tokens`, `completion_tokens`, `total_tokens`; of the
-- responses, messages and audio APIs `input_tokens`, `output_tokens` (openai-openapi, schemas CompletionUsage,
-- ResponseUsage, TranscriptTextUsageTokens). Rerankers report a total only, or `meta.billed_units` (Cohere, v2/rerank).

local cjson = require('cjson.safe')

local floor = math.floor
local pairs, tonumber, type = pairs, tonumber, type

local _M = {}

-- Lua writes 14 digits of a number, and a sum of two has to stay a whole number in a report. No answer comes near it.
local MOST = 1e13

local function count(value)
  if type(value) ~= 'number' or value < 0 or value > MOST or value ~= floor(value) then return nil end
  return value
end

local function detail(usage, name, details)
  local part = usage[details]
  return type(part) == 'table' and count(part[name]) or nil
end

-- Where prompts from a cache are told apart by these names, `input_tokens` is the rest (Anthropic, Messages, Usage).
local function input(usage)
  local rest = count(usage.input_tokens)
  local read, written = count(usage.cache_read_input_tokens), count(usage.cache_creation_input_tokens)
  return rest and rest + (read or 0) + (written or 0)
end

--- What one `usage` object says; members it does not have are nil.
function _M.read(usage)
  return {
    prompt_tokens = count(usage.prompt_tokens) or input(usage),
    completion_tokens = count(usage.completion_tokens) or count(usage.output_tokens),
    total_tokens = count(usage.total_tokens),
    reasoning_tokens = detail(usage, 'reasoning_tokens', 'completion_tokens_details')
      or detail(usage, 'reasoning_tokens', 'output_tokens_details'),
    cached_tokens = detail(usage, 'cached_tokens', 'prompt_tokens_details')
      or detail(usage, 'cached_tokens', 'input_tokens_details') or count(usage.cache_read_input_tokens),
  }
end

--- The later report over the earlier one, member by member; a total is that of its own report.
function _M.over(earlier, later)
  if not earlier then return later end
  if later.prompt_tokens or later.completion_tokens then earlier.total_tokens = nil end
  -- Without a total these are the messages API's, whose last report can leave out what came from the cache.
  local prompt = not later.total_tokens and earlier.prompt_tokens
  if prompt and later.prompt_tokens and later.prompt_tokens < prompt then later.prompt_tokens = prompt end
  for name, value in pairs(later) do
    earlier[name] = value
  end
  return earlier
end

local function says_something(read)
  return read.prompt_tokens or read.completion_tokens or read.total_tokens
end

--- Prompt, completion and total of what was read, or nil when nothing was.
-- A missing total is the sum; a total alone is all prompt, as rerankers mean it.
function _M.complete(read)
  if not read then return nil end
  local total, completion, prompt = read.total_tokens, read.completion_tokens, read.prompt_tokens
  if not completion then completion = total and prompt and total > prompt and total - prompt or 0 end
  if not prompt then prompt = total and total > completion and total - completion or 0 end
  return {
    prompt_tokens = prompt,
    completion_tokens = completion,
    total_tokens = total or prompt + completion,
    reasoning_tokens = read.reasoning_tokens,
    cached_tokens = read.cached_tokens,
  }
end

local function object(value)
  return type(value) == 'table' and value or nil
end

-- What a decoded object says of usage, or nil. Cohere has it one level further down (v2/chat, v2/rerank).
local function of_document(document)
  local usage, meta = object(document.usage) or {}, object(document.meta) or {}
  local places = { usage, usage.tokens, usage.billed_units, meta.tokens, meta.billed_units }
  for i = 1, 5 do
    local read = object(places[i]) and _M.read(places[i])
    if read and says_something(read) then return read end
  end
end

--- Counts of an answer whose engine tells them in a header alone, or nil: Text Embeddings Inference answers with a bare
-- array and `x-compute-tokens` (text-embeddings-inference, router/src/http/server.rs).
function _M.of_headers(headers)
  local tokens = count(tonumber(headers['x-compute-tokens']))
  return tokens and { prompt_tokens = tokens, completion_tokens = 0, total_tokens = tokens }
end

--- What the text of a JSON object says of usage, or nil; the second value is the decoder's complaint.
function _M.of_text(text)
  local document, problem = cjson.decode(text)
  if not document then return nil, problem end
  return of_document(document)
end

return _M
