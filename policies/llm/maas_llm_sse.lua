--- Events of a stream (HTML Living Standard, 9.2 Server-sent events), read in pieces of any size.

local find, sub, byte = string.find, string.sub, string.byte
local concat = table.concat
local setmetatable = setmetatable

local BOM = '\239\187\191'
local LF, CR, SPACE = 10, 13, 32

local Events = {}
local mt = { __index = Events }

local _M = {}

--- A reader of one stream.
-- @tparam function on_event called with the data of each event
-- @tparam number limit bytes of one event above which it is passed over
-- @tparam function on_too_long called once for each such event
function _M.new(on_event, limit, on_too_long)
  return setmetatable({
    on_event = on_event,
    on_too_long = on_too_long,
    limit = limit,
    line = {},   -- pieces of the line that is not complete yet
    data = {},   -- data lines of the event that is not complete yet
    bytes = 0,   -- of those
    held = 0,    -- of the line
    count = 0,   -- events with data
    begun = false,
    too_long = false,
  }, mt)
end

function Events:dispatch()
  if self.data[1] then
    self.count = self.count + 1
    self.on_event(concat(self.data, '\n'))
    self.data = {}
  end
  self.bytes, self.too_long = 0, false
end

function Events:take(line)
  if line == '' then return self:dispatch() end
  local colon = find(line, ':', 1, true)
  if colon == 1 or self.too_long then return end -- a comment, or more of what is passed over
  if (colon and sub(line, 1, colon - 1) or line) ~= 'data' then return end
  local from = colon and colon + 1 or #line + 1
  if byte(line, from) == SPACE then from = from + 1 end
  self.bytes = self.bytes + #line
  if self.bytes > self.limit then return self:give_up() end
  self.data[#self.data + 1] = sub(line, from)
end

function Events:give_up()
  if not self.too_long then self.on_too_long() end
  self.data, self.too_long = {}, true
end

-- Keeps the beginning of a line whose end is still to come.
function Events:hold(piece)
  self.held = self.held + #piece
  if self.bytes + self.held <= self.limit then
    self.line[#self.line + 1] = piece
    return
  end
  if sub(self.line[1] or piece, 1, 1) ~= ':' then self:give_up() end
  -- The line goes on: what is left of it stays, so that its end is not taken for a blank line.
  self.line, self.held = { ':' }, 0
end

function Events:line_ends(text, first, last)
  local line = sub(text, first, last)
  if self.line[1] then
    self.line[#self.line + 1] = line
    line = concat(self.line)
    self.line, self.held = {}, 0
  end
  if not self.begun then
    self.begun = true
    if sub(line, 1, 3) == BOM then line = sub(line, 4) end
  end
  self:take(line)
end

--- Reads the next piece.
function Events:feed(text)
  local i, length = 1, #text
  if length == 0 then return end
  if self.after_cr and byte(text) == LF then i = 2 end
  self.after_cr = false
  -- Carriage returns are rare, and a plain search is many times faster.
  local only_lf = not find(text, '\r', 1, true)
  local line_end = only_lf and '\n' or '[\r\n]'
  while i <= length do
    local at = find(text, line_end, i, only_lf)
    if not at then
      self:hold(sub(text, i))
      return
    end
    self:line_ends(text, i, at - 1)
    i = at + 1
    if byte(text, at) == CR then
      if at == length then
        self.after_cr = true
      elseif byte(text, i) == LF then
        i = i + 1
      end
    end
  end
end

--- The stream is over; an event that lacks its blank line counts too.
function Events:finish()
  if self.line[1] then self:line_ends('', 1, 0) end
  self:dispatch()
end

return _M
