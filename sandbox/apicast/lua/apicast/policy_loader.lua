--- Loads a policy's folder so that its modules are its own: a `require` of its own, an environment of its own.
-- Facts: APIcast, gateway/src/apicast/policy_loader.lua: a module loaded by the gateway already comes first, then the
-- folder's, then the gateway's others; the environment has only the functions listed there. Stricter than APIcast: a
-- write to a global name is an error, so that a test sees it.

local _M = {}

local ROOT, root_loaded, root_require, loadfile = _G, package.loaded, require, loadfile

local EXPORTED = {
  '_VERSION assert print xpcall pcall error unpack next ipairs pairs select collectgarbage gcinfo newproxy loadstring',
  'load setmetatable getmetatable tonumber tostring type rawget rawequal rawlen rawset ngx',
  'bit.arshift bit.band bit.bnot bit.bor bit.bswap bit.bxor bit.lshift bit.rol bit.ror bit.rshift bit.tobit bit.tohex',
  'coroutine.create coroutine.resume coroutine.running coroutine.status coroutine.wrap coroutine.yield',
  'coroutine.isyieldable debug.traceback io.open io.close io.flush io.tmpfile io.type io.input io.output io.stderr',
  'io.stdin io.stdout io.popen io.read io.lines io.write math.abs math.acos math.asin math.atan math.atan2 math.ceil',
  'math.cos math.cosh math.deg math.exp math.floor math.fmod math.frexp math.huge math.ldexp math.log math.log10',
  'math.max math.min math.modf math.pi math.pow math.rad math.random math.randomseed math.sin math.sinh math.sqrt',
  'math.tan math.tanh os.clock os.date os.time os.difftime os.execute os.getenv os.rename os.tmpname os.remove',
  'string.byte string.char string.dump string.find string.format string.lower string.upper string.len string.gmatch',
  'string.match string.gsub string.sub string.rep string.reverse table.concat table.foreach table.foreachi',
  'table.getn table.insert table.maxn table.move table.pack table.remove table.sort table.unpack',
}

local function exported()
  local names = {}
  for name in table.concat(EXPORTED, ' '):gmatch('%S+') do
    local library, member = name:match('^(%w+)%.(%w+)$')
    if library then
      names[library] = names[library] or {}
      names[library][member] = ROOT[library][member]
    else
      names[name] = ROOT[name]
    end
  end
  names._G = names
  return names
end

local function refused(_, name)
  error("the policy writes to the global name '" .. tostring(name) .. "'", 2)
end

local function of_folder(folder, name, environment)
  local path = folder .. '/' .. name:gsub('%.', '/') .. '.lua'
  local file = io.open(path)
  if not file then
    return nil, "no file '" .. path .. "'"
  end
  file:close()
  return assert(loadfile(path, 'bt', environment))
end

local function own_require(folder, loaded, environment)
  return function(name, exclusive)
    local known = root_loaded[name] or loaded[name]
    if known then
      return known
    end
    local chunk, problem = of_folder(folder, name, environment)
    local module
    if chunk then
      module = chunk(name)
    elseif exclusive then
      error("module '" .. name .. "' not found: " .. problem, 0)
    else
      module = root_require(name)
    end
    loaded[name] = loaded[name] or module == nil and true or module
    return loaded[name]
  end
end

--- The policy class that the folder's `init.lua` returns; raises what keeps it from loading.
function _M.load(folder)
  local loaded, environment = {}, {}
  environment.require = own_require(folder, loaded, environment)
  environment.package = { loaded = loaded, preload = {}, path = folder .. '/?.lua', cpath = '' }
  setmetatable(environment, { __index = exported(), __newindex = refused })
  return environment.require('init', true)
end

return _M
