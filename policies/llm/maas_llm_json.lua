--- Finds members of a JSON object without decoding it: where they stand, and their text.
--
-- The text can come in pieces of any size. Nothing is kept but the members that are wanted, so an answer of many
-- megabytes costs no memory, and a request can be changed in place, byte for byte.

local cjson = require('cjson.safe')

local find, sub, match = string.find, string.sub, string.match
local concat = table.concat
local setmetatable = setmetatable

local BOM = '\239\187\191'
local OPENS = { ['{'] = '}', ['['] = ']' }
-- No member that is wanted has a longer name.
local LONGEST_NAME = 256
-- Which bracket closes which is looked at down to here. Below, brackets are only counted: depth costs no memory.
local DEEPEST = 1000
local NOWHERE = math.huge

local Scanner = {}
local mt = { __index = Scanner }

local _M = {}

--- A scanner of one text.
-- @tparam table wanted names of members of the outermost object: true for their text too, false for their place alone
-- @tparam number limit bytes of a member's text above which it is not kept
function _M.scanner(wanted, limit)
  return setmetatable({
    wanted = wanted,
    limit = limit,
    found = {},    -- name -> { first =, last =, text = }; of several of one name the last, as parsers have it
    members = 0,   -- complete or begun members of the outermost object
    offset = 0,    -- bytes of the pieces before this one
    closers = {},  -- what closes each open container
    depth = 0,
    expects = 'start',
  }, mt)
end

--- The scanner of a complete text.
function _M.scanned(text, wanted)
  local scanner = _M.scanner(wanted, #text)
  scanner:feed(text)
  return scanner
end

--- The text of a JSON string without its quotes, or the text itself when it is none.
function _M.unquoted(text)
  local inner = match(text, '^"(.*)"$')
  if not inner then return text end
  if not find(inner, '\\', 1, true) then return inner end
  local decoded = cjson.decode('[' .. text .. ']')
  return decoded and decoded[1] or inner
end

--- Whether the text so far is one complete object with nothing but white space around it.
function Scanner:complete()
  return self.expects == 'end' and not self.broken
end

--- Reads the next piece.
function Scanner:feed(text)
  local i, length = 1, #text
  self.quote, self.backslash = 0, 0
  while i <= length and not self.broken do
    if self.in_string then
      i = self:rest_of_string(text, i)
    elseif self.depth > 1 then
      i = self:inside(text, i)
    else
      i = self:outermost(text, i)
    end
  end
  if self.value_from then
    self:keep(text, self.value_from, length)
    self.value_from = 1
  end
  self.offset = self.offset + length
end

-- Adds a part of the wanted member's text.
function Scanner:keep(text, first, last)
  if first > last or not self.pieces then return end
  self.kept = self.kept + last - first + 1
  if self.kept > self.limit then
    self.pieces = nil
  else
    self.pieces[#self.pieces + 1] = sub(text, first, last)
  end
end

-- Keeps a part of a member's name, where the string is one.
function Scanner:spell(text, first, last)
  if not self.name or last < first then return end
  self.name_bytes = self.name_bytes + last - first + 1
  if self.name_bytes <= LONGEST_NAME then self.name[#self.name + 1] = sub(text, first, last) end
end

function Scanner:string_ends()
  self.in_string = false
  if not self.name then return end
  self.key = self.name_bytes <= LONGEST_NAME and concat(self.name) or ''
  self.name = nil
  self.expects = 'colon'
end

-- Where a sign comes next in this piece. Two plain searches, each remembered until it is passed, are many times faster
-- than one for either sign.
function Scanner:next_sign(name, sign, text, i)
  if self[name] < i then self[name] = find(text, sign, i, true) or NOWHERE end
  return self[name]
end

function Scanner:rest_of_string(text, i)
  if self.escaped then
    self.escaped = false
    self:spell(text, i, i)
    return i + 1
  end
  local quote, backslash = self:next_sign('quote', '"', text, i), self:next_sign('backslash', '\\', text, i)
  if backslash < quote then
    self.escaped = true
    self:spell(text, i, backslash)
    return backslash + 1
  end
  if quote == NOWHERE then
    self:spell(text, i, #text)
    return #text + 1
  end
  self:spell(text, i, quote - 1)
  self:string_ends()
  return quote + 1
end

-- Below the outermost object only strings and brackets matter.
function Scanner:inside(text, i)
  local at = find(text, '["{}%[%]]', i)
  if not at then return #text + 1 end
  local sign = sub(text, at, at)
  if sign == '"' then
    self.in_string = true
  elseif OPENS[sign] then
    self:open(sign)
  else
    self:close(sign)
  end
  return at + 1
end

function Scanner:open(sign)
  self.depth = self.depth + 1
  if self.depth <= DEEPEST then self.closers[self.depth] = OPENS[sign] end
end

function Scanner:close(sign)
  if self.depth <= DEEPEST and self.closers[self.depth] ~= sign then
    self.broken = true
    return
  end
  self.depth = self.depth - 1
end

-- What may come next in and around the outermost object, by what is expected there. True: a number or a word begins.
local ON = {}

function ON.start(self, sign, at)
  if sign ~= '{' then
    self.broken = true
    return
  end
  self:open(sign)
  self.opened = self.offset + at
  self.expects = 'first name'
end

local function name_begins(self, sign)
  if sign ~= '"' then
    self.broken = true
    return
  end
  self.in_string, self.name, self.name_bytes = true, {}, 0
end

ON['name'] = name_begins

ON['first name'] = function(self, sign)
  if sign ~= '}' then return name_begins(self, sign) end
  self:close(sign)
  self.expects = 'end'
end

function ON.colon(self, sign, at)
  if sign ~= ':' then
    self.broken = true
    return
  end
  self.members = self.members + 1
  self.expects, self.empty = 'value', true
  local key = self.key
  if find(key, '\\', 1, true) then key = _M.unquoted('"' .. key .. '"') end
  local with_text = self.wanted[key]
  if with_text ~= nil then
    self.value_name, self.value_first = key, self.offset + at + 1
    self.pieces, self.kept, self.value_from = with_text and {} or nil, 0, at + 1
  end
end

ON['end'] = function(self) self.broken = true end

function ON.value(self, sign, at, text)
  if sign == ',' or sign == '}' then
    if self.empty then
      self.broken = true
      return
    end
    self:value_ends(text, at)
    if sign == '}' then self:close(sign) end
    self.expects = sign == ',' and 'name' or 'end'
    return
  end
  self.empty = false
  if sign == '"' then
    self.in_string = true
  elseif OPENS[sign] then
    self:open(sign)
  elseif sign == ']' or sign == ':' then
    self.broken = true
  else
    return true
  end
end

-- The place of a text within the white space around it. Not by a pattern: one that ends in white space takes quadratic
-- time over long runs of it.
local function trimmed(text)
  local first, last = find(text, '%S') or 1, #text
  while last >= first and find(text, '^%s', last) do last = last - 1 end
  return first, last
end

-- The wanted member ends before this place.
function Scanner:value_ends(text, at)
  local name = self.value_name
  if not name then return end
  self:keep(text, self.value_from, at - 1)
  if self.wanted[name] == false then
    self.found[name] = { first = self.value_first, last = self.offset + at - 1 }
  elseif self.pieces then
    local whole = concat(self.pieces)
    local first, last = trimmed(whole)
    local from = self.value_first - 1
    self.found[name] = { first = from + first, last = from + last, text = sub(whole, first, last) }
  else
    self.found[name] = nil
  end
  self.value_from, self.pieces, self.value_name = nil, nil, nil
end

function Scanner:outermost(text, i)
  if self.expects == 'start' and self.offset == 0 and i == 1 and sub(text, 1, 3) == BOM then return 4 end
  local at = find(text, '%S', i)
  if not at then return #text + 1 end
  local sign = sub(text, at, at)
  local is_word = ON[self.expects](self, sign, at, text)
  if not is_word then return at + 1 end
  return find(text, '[",{}%[%]:%s]', at + 1) or #text + 1
end

return _M
