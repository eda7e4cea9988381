--- Reads the usage of one answer while it passes.

local events = require('maas_llm_sse')
local json = require('maas_llm_json')
local usage = require('maas_llm_usage')

local find, lower, match = string.find, string.lower, string.match
local type, setmetatable = type, setmetatable

local _M = {}

-- No engine writes more than a few hundred bytes of usage.
local MOST_USAGE = 64 * 1024
-- An event is one piece of an answer; with log probabilities or whole answers they reach megabytes.
local MOST_EVENT = 32 * 1024 * 1024
local SAY_USAGE = { usage = true, meta = true }
-- Events of the responses API, of the messages API and of Cohere's chats have it one level down.
local OF_EVENTS = { usage = true, response = true, message = true, delta = true, meta = true }
-- In the order in which they are believed.
local OWN, OWN_AND_NESTED = { 'usage', 'meta' }, { 'usage', 'response', 'message', 'delta', 'meta' }

local function first_of(value)
  return type(value) == 'table' and value[1] or value
end

--- How an answer can be read: 'events', 'document', or nil, and then why not where it should have been readable.
-- @tparam number status of the answer
-- @tparam table headers of the answer
-- @tparam boolean streams whether streamed answers are read
function _M.kind(status, headers, streams)
  if status < 200 or status > 299 then return nil end
  local media = lower(match(first_of(headers['content-type']) or '', '^%s*([^;%s]*)'))
  local is_events = media == 'text/event-stream'
  if not is_events and media ~= 'application/json' and not find(media, '%+json$') then return nil end
  local encoding = lower(first_of(headers['content-encoding']) or 'identity')
  if encoding ~= 'identity' then return nil, 'content_encoding' end
  if is_events and not streams then return nil, 'streams_off' end
  return is_events and 'events' or 'document'
end

-- Each member is decoded by itself, and nothing beside them: cjson refuses a text for one lone surrogate (`\ud83d`),
-- and engines that write ASCII cut pairs between two events.
local function reported(found, names)
  local problem
  for i = 1, #names do
    local name = names[i]
    local member = found[name]
    local read, complaint
    if member and SAY_USAGE[name] then
      read, complaint = usage.of_text('{"' .. name .. '":' .. member.text .. '}')
    elseif member then
      read, complaint = reported(json.scanned(member.text, SAY_USAGE).found, OWN)
    end
    if read then return read end
    problem = problem or complaint
  end
  return nil, problem
end

local Document = {}
local document_mt = { __index = Document }

function Document:feed(piece)
  self.bytes = self.bytes + #piece
  self.scanner:feed(piece)
end

function Document:finish()
  return reported(self.scanner.found, OWN)
end

local Stream = {}
local stream_mt = { __index = Stream }

function Stream:feed(piece)
  self.bytes = self.bytes + #piece
  self.events:feed(piece)
end

function Stream:finish(complete)
  local problem = self.problem
  self.events:finish()
  -- The last event of a stream that was cut can be half of one.
  return self.read, complete and self.problem or problem
end

-- The plain search first: it is many times faster, and most events have no such member.
local function has_object(data, name)
  return find(data, name, 1, true) and find(data, name .. '%s*:%s*{')
end

local function stream()
  local self = setmetatable({ bytes = 0 }, stream_mt)
  local function read(data)
    if not (has_object(data, '"usage"') or has_object(data, '"meta"')) then return end
    local scanner = json.scanned(data, OF_EVENTS)
    local found, problem = reported(scanner.found, OWN_AND_NESTED)
    self.problem = self.problem or problem or (not scanner:complete() and 'an event is no JSON object') or nil
    if found then self.read = usage.over(self.read, found) end
  end
  self.events = events.new(read, MOST_EVENT, function() self.problem = 'an event is too long' end)
  return self
end

--- A reader: `feed(piece)`, then `finish(complete)` for what was reported (see `maas_llm_usage.read`) and a problem.
function _M.reader(kind)
  if kind == 'events' then return stream() end
  return setmetatable({ bytes = 0, scanner = json.scanner(SAY_USAGE, MOST_USAGE) }, document_mt)
end

--- Events with content so far, or nil for a document.
function _M.event_count(reader)
  return reader.events and reader.events.count
end

return _M
