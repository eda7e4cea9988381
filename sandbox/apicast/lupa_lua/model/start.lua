--- Sets up a fresh LuaJIT: the globals, the flavour, and a guard over the globals. Returns what Python calls.

local host, flavour, path = ...

package.path, package.cpath = path, ''

-- The one value that is null, in JSON and in ngx.
local null = newproxy(true)
getmetatable(null).__tostring = function()
  return 'userdata: NULL'
end

package.preload.cjson = function()
  return require('cjson.made')(flavour, null)
end

if flavour ~= 'stock' then
  -- OpenResty builds LuaJIT with these of Lua 5.2.
  function table.pack(...)
    return { n = select('#', ...), ... }
  end
  table.unpack = unpack
end

os.getenv = host.getenv
ngx = require('model.ngx')(host, null)

function print(...)
  ngx.log(ngx.NOTICE, ...)
end

local driver = require('model.driver')

setmetatable(_G, {
  __newindex = function(_, name)
    error("a module writes to the global name '" .. tostring(name) .. "'", 2)
  end,
})

return driver
