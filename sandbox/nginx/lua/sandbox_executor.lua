--- Runs a policy chain as APIcast does: every phase of every policy in the chain's order, each under pcall.
-- Facts: APIcast, gateway/src/apicast/executor.lua, policy_chain.lua, policy/local_chain/local_chain.lua. APIcast drops
-- what it catches; here it is written to the error log as well, so that a test can look for it.

local LinkedList = require('apicast.linked_list')
local Service = require('sandbox_service')
local cjson = require('cjson')
local policy_loader = require('apicast.policy_loader')
local prometheus = require('apicast.prometheus')

local ngx = ngx
local format = string.format
local collectgarbage, ipairs, pairs, pcall = collectgarbage, ipairs, pairs, pcall
local setmetatable, tostring = setmetatable, tostring

local _M = {}

-- What the line of such an error begins with.
local DROPPED = 'dropped error'

local chain, service, exported = {}, nil, {}

-- Contexts of requests by number: ngx.ctx does not outlive ngx.exec and post_action, nginx's variables do.
local contexts, last = {}, 0

local function content(path)
  local file = assert(io.open(path, 'rb'))
  local text = file:read('*a')
  file:close()
  return text
end

-- The module of a chain's item; nil, as in APIcast, when no policy has this name and version.
local function module_of(item, folders)
  if item.name == 'apicast' then return require('sandbox_apicast') end
  local folder = folders[item.name]
  local manifest = folder and cjson.decode(content(folder .. '/apicast-policy.json'))
  if not manifest or manifest.version ~= item.version then
    ngx.log(ngx.WARN, format('failed to load policy: %s version: %s', item.name, tostring(item.version)))
    return nil
  end
  return policy_loader.load(folder)
end

--- Reads the configuration: a promoted one of 3scale as `service`, and folders of policies by name as `policies`.
function _M.init(path)
  local given = cjson.decode(content(path))
  service = Service.new(given.service)
  for _, item in ipairs(given.service.proxy.policy_chain) do
    local module = module_of(item, given.policies)
    if module then chain[#chain + 1] = module.new(item.configuration) end
  end
  for number = #chain, 1, -1 do
    local export = chain[number].export
    exported = LinkedList.readonly(export and export(chain[number]) or {}, exported)
  end
end

local function original_request()
  local var = ngx.var
  return LinkedList.readonly({
    headers = ngx.req.get_headers(), host = var.host, path = var.uri, query = var.args or '', uri = var.uri,
    server_addr = var.server_addr,
  })
end

local function begun()
  last = last + 1
  local context = { service = service, original_request = original_request() }
  contexts[tostring(last)] = context
  ngx.var.sandbox_context = last
  return context
end

local function run(phase)
  local context = contexts[ngx.var.sandbox_context]
  if not context then return end
  local merged = LinkedList.readwrite(context, exported)
  for _, policy in ipairs(chain) do
    local ok, problem = pcall(policy[phase], policy, merged)
    if not ok then ngx.log(ngx.ERR, DROPPED, ' of ', tostring(policy._NAME), ' in ', phase, ': ', tostring(problem)) end
  end
end

function _M.rewrite()
  begun()
  run('rewrite')
end

--- The last phase of a request: its context goes.
function _M.log()
  run('log')
  contexts[ngx.var.sandbox_context or ''] = nil
end

--- Answers with the counters of all workers, in Prometheus' text format.
function _M.metrics()
  return prometheus:collect()
end

--- Answers with the worker's process, the size of its Lua heap in bytes after a collection, and how many requests have
-- a context: one that stays after its request is a leak.
function _M.worker()
  collectgarbage()
  collectgarbage()
  local open = 0
  for _ in pairs(contexts) do open = open + 1 end
  ngx.header['Content-Type'] = 'application/json'
  ngx.print(cjson.encode({ pid = ngx.worker.pid(), lua_bytes = collectgarbage('count') * 1024, contexts = open }))
end

return setmetatable(_M, { __index = function(_, phase) return function() run(phase) end end })
