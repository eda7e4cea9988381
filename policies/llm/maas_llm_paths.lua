--- What the path of a call says of it. Facts: vLLM's routes and those of OpenAI's API (openai-openapi).

local ngx = ngx
local match = string.match

local _M = {}

local function one_of(...)
  local patterns = { ... }
  return function()
    local uri = ngx.var.uri or ''
    for i = 1, #patterns do
      if match(uri, patterns[i]) then return true end
    end
    return false
  end
end

--- The responses API, which has its own name for the length of an answer.
_M.is_response = one_of('/responses$')
--- Streams of these report usage unasked and know no such option: the responses API and the messages API.
_M.reports_unasked = one_of('/responses$', '/messages$')
--- These generate no text, though their requests can have `messages` or `prompt`.
_M.generates_nothing = one_of(
  '/tokenize$', '/count_tokens$', '/embeddings$', '/pooling$', '/classify$', '/images/generations$')
--- Answers of these have no usage to miss.
_M.has_no_usage = one_of('/tokenize$', '/detokenize$', '/health$', '/ping$')

return _M
