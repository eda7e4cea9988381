--- `cjson` and `cjson.safe` as policies find them in OpenResty, made from the stock modules.
-- Facts: openresty/lua-cjson, README. The fork adds markers of arrays and can give decoded arrays a metatable, which is
-- a setting of the whole process; it is on here, so that a policy which cannot live with it fails. Not to be had from
-- the stock decoder: an empty array cannot be told from an empty object, and so stays without a metatable.

local next, pairs, setmetatable, type = next, pairs, setmetatable, type

local _M = {}

local function marked(value, array_mt)
  if type(value) ~= 'table' then return value end
  for _, member in next, value do marked(member, array_mt) end
  if value[1] ~= nil then setmetatable(value, array_mt) end
  return value
end

local function nothing() end

local function extended(stock)
  local module = {}
  for name, value in pairs(stock) do module[name] = value end
  module.array_mt, module.empty_array_mt = {}, {}
  module.empty_array = setmetatable({}, module.empty_array_mt)
  module.decode_array_with_array_mt = nothing
  module.encode_empty_table_as_object = nothing
  module.encode_escape_forward_slash = nothing
  function module.decode(text)
    local value, problem = stock.decode(text)
    return marked(value, module.array_mt), problem
  end
  function module.new() return extended(stock.new()) end
  return module
end

--- Puts both in place of the stock modules, for whoever requires them from now on.
function _M.install()
  package.loaded.cjson = extended(require('cjson'))
  package.loaded['cjson.safe'] = extended(require('cjson.safe'))
end

return _M
