--- The request's body: read wherever it is, asked for usage with the smallest change there is.

local encoding = require('maas_llm_encoding')
local json = require('maas_llm_json')
local paths = require('maas_llm_paths')

local ngx = ngx
local concat = table.concat
local find, lower = string.find, string.lower
local tonumber, tostring, type = tonumber, tostring, type

local _M = {}

-- What pydantic, under vLLM and others, takes for true besides `true`, in lower case
-- (pydantic, docs/concepts/conversion_table.md).
local TRUE = { ['true'] = true, ['1'] = true, t = true, yes = true, y = true, on = true }
-- The last three mark a chat or a completion, by their presence.
local OPTIONS = { stream = true, stream_options = true, messages = false, prompt = false, prompt_embeds = false }
local AT_END = { 'include_usage' }
local CONTINUOUS = { 'include_usage', 'continuous_usage_stats' }

local function first_of(value)
  return type(value) == 'table' and value[1] or value
end

-- Whether a member's text is what engines take for true; any way to write the number one is.
local function is_true(text)
  return TRUE[lower(json.unquoted(text))] or tonumber(text) == 1
end

--- Whether the body is JSON by its type, or has none.
function _M.is_json()
  local content_type = first_of(ngx.req.get_headers()['content-type']) or ''
  return content_type == '' or find(lower(content_type), 'json', 1, true) ~= nil
end

--- The body as text, also when nginx has written it to a file; nil when there is none.
function _M.body()
  ngx.req.read_body()
  local text = ngx.req.get_body_data()
  if text then return text end
  local path = ngx.req.get_body_file()
  if not path then return nil end
  local file, problem = io.open(path, 'rb')
  if not file then error('the body is in a file that cannot be read: ' .. tostring(problem)) end
  text = file:read('*a')
  file:close()
  return text
end

local function insertion(scanner, members)
  local at = scanner.opened + 1
  return { first = at, last = at - 1, text = members .. (scanner.members > 0 and ',' or '') }
end

-- What makes the named members of the options true; positions count from the options' own beginning.
local function option_edits(options, names)
  local edits, missing = {}, {}
  for i = 1, #names do
    local value = options.found[names[i]]
    if not value then
      missing[#missing + 1] = '"' .. names[i] .. '":true'
    elseif not is_true(value.text) then
      edits[#edits + 1] = { first = value.first, last = value.last, text = 'true' }
    end
  end
  if #missing > 0 then edits[#edits + 1] = insertion(options, concat(missing, ',')) end
  return edits
end

local function edits_of(scanner, names)
  local given = scanner.found.stream_options
  local whole = '{"' .. concat(names, '":true,"') .. '":true}'
  if not given then return { insertion(scanner, '"stream_options":' .. whole) } end
  if given.text == 'null' then return { { first = given.first, last = given.last, text = whole } } end
  local options = json.scanned(given.text, { include_usage = true, continuous_usage_stats = true })
  -- Anything but an object is for the engine to refuse.
  if not options:complete() then return {} end
  local edits, before = option_edits(options, names), given.first - 1
  for i = 1, #edits do
    edits[i].first, edits[i].last = edits[i].first + before, edits[i].last + before
  end
  return edits
end

local function is_stream(scanner)
  local found = scanner.found
  if not scanner:complete() or not found.stream or not is_true(found.stream.text) then return false end
  if not (found.messages or found.prompt or found.prompt_embeds) then return false end
  return not (paths.reports_unasked() or paths.generates_nothing())
end

--- The body with usage asked for, or nil when there is nothing to change.
-- @tparam boolean continuous whether usage is asked for in every event too
function _M.asking_for_usage(text, continuous)
  local narrow, wide = encoding.narrow(text)
  local scanner = json.scanned(narrow, OPTIONS)
  if not is_stream(scanner) then return nil end
  local edits = edits_of(scanner, continuous and CONTINUOUS or AT_END)
  if #edits == 0 or not (wide or encoding.is_utf8(text)) then return nil end
  return encoding.edited(text, edits, wide)
end

return _M
