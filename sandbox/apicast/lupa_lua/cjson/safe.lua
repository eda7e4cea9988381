--- The same with nil and why in place of an error.

local cjson = require('cjson')

local function safe(name)
  return function(...)
    local done, result = pcall(cjson[name], ...)
    if done then
      return result
    end
    return nil, result
  end
end

return setmetatable({ decode = safe('decode'), encode = safe('encode') }, { __index = cjson })
