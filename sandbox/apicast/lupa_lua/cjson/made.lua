--- The module `cjson` as lua-cjson is: numbers are doubles, null is `cjson.null`, an array is a table.
-- Facts: openresty/lua-cjson and mpx/lua-cjson, manuals. `stock` knows no array metatables; `openresty` does, switched
-- off as APIcast leaves them; `arrays` has them switched on, so that an empty array stays one.

local decoder = require('cjson.decoder')
local encoder = require('cjson.encoder')

local function with_encode(module, rules)
  function module.encode(value)
    return encoder.encoded(value, rules)
  end
  return module
end

local function stock(null)
  local rules = {
    null = null,
    is_array = function()
      return false
    end,
  }
  local _M = { null = null, _NAME = 'cjson', _VERSION = '2.1.0' }
  function _M.decode(text)
    return decoder.decoded(text, null, nil)
  end
  return with_encode(_M, rules)
end

local function openresty(null, with_arrays)
  local _M = { null = null, array_mt = {}, empty_array_mt = {}, _NAME = 'cjson', _VERSION = '2.1.0.11' }
  local arrays = with_arrays
  _M.empty_array = setmetatable({}, _M.empty_array_mt)
  local rules = {
    null = null,
    is_array = function(found)
      local metatable = getmetatable(found)
      return metatable ~= nil and (metatable == _M.array_mt or metatable == _M.empty_array_mt)
    end,
  }
  function _M.decode_array_with_array_mt(enabled)
    arrays = enabled == nil and arrays or enabled
    return arrays
  end
  function _M.decode(text)
    return decoder.decoded(text, null, arrays and _M.array_mt or nil)
  end
  return with_encode(_M, rules)
end

--- The module of a flavour, over the value that is null.
return function(flavour, null)
  return flavour == 'stock' and stock(null) or openresty(null, flavour == 'arrays')
end
