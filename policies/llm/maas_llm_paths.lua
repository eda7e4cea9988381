--- What the path of a call says of it. Facts: vLLM's routes and those of OpenAI's API (openai-openapi).

local ngx = ngx
local match, sub = string.match, string.sub

local _M = {}

-- An escaped `?` or `#` is a plain one here, and in what APIcast sends through a proxy (http_proxy.lua): what follows
-- would be no path to the engine.
local function path()
  local uri = match(ngx.var.uri or '', '^[^?#]*')
  return sub(uri, -1) == '/' and sub(uri, 1, -2) or uri
end

local function one_of(...)
  local patterns = { ... }
  return function()
    local uri = path()
    for i = 1, #patterns do
      if match(uri, patterns[i]) then return true end
    end
    return false
  end
end

--- Chats, in whose requests a prompt means nothing.
_M.is_chat = one_of('/chat/completions$')
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
