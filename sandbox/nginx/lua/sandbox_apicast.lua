--- The policy `apicast`: credentials, mapping rules, authorisation with a cache, and the way to the engine.
--
-- A call whose authorisation is remembered passes at once and is authorised and reported after its answer; any other
-- is authorised and reported before (APIcast, proxy.lua and backend/cache_handler.lua, the strict handler).

local Usage = require('apicast.usage')
local backend_client = require('apicast.backend_client')
local balancer = require('ngx.balancer')

local ngx = ngx
local match = string.match
local tonumber = tonumber

local _M = require('apicast.policy').new('APIcast', 'builtin')

local OK = 200
-- A backend that is not there, or answers like that, refuses by no limit.
local UNAVAILABLE = 499

local cache = ngx.shared.api_keys

-- Statuses and texts that a product of 3scale has by itself (porta, app/models/proxy.rb).
local REFUSALS = {
  auth_missing = { status = 403, text = 'Authentication parameters missing' },
  auth_failed = { status = 403, text = 'Authentication failed' },
  no_match = { status = 404, text = 'No Mapping Rule matched' },
  limits_exceeded = { status = 429, text = 'Usage limit exceeded' },
}

local function refuse(name, headers)
  local refusal = REFUSALS[name]
  ngx.var.cached_key = nil
  ngx.status = refusal.status
  for header, value in pairs(headers or {}) do ngx.header[header] = value end
  ngx.header['Content-Type'] = 'text/plain; charset=us-ascii'
  ngx.print(refusal.text)
  return ngx.exit(refusal.status)
end

local function end_with_client()
  ngx.exit(499)
end

local function asked_backend(context, cached_key)
  local client = backend_client:new(context.service)
  local answer = client:authrep(context.usage:format(), context.credentials)
  local status = answer.status or 0
  if status ~= OK then
    cache:delete(cached_key)
  elseif ngx.var.cached_key ~= cached_key then
    cache:set(cached_key, OK)
  end
  return answer, status
end

function _M:rewrite(context)
  local ok, problem = ngx.on_abort(end_with_client)
  if not ok then ngx.log(ngx.ERR, 'a client that leaves will not be noticed: ', problem) end
  local service = context.service
  ngx.var.service_id = service.id
  local key = service.key()
  if not key then return refuse('auth_missing') end
  context.usage = context.usage or Usage.new()
  context.usage:merge(service:usage(ngx.escape_uri(ngx.var.uri, 0)))
  context.credentials = { user_key = key }
  ngx.var.cached_key = service.id .. ':' .. key
  context[self] = { upstream = service.api_backend }
end

function _M:access(context)
  context[self] = context[self] or {}
  context[self].run_post_action = true
  if not context.usage or not context.credentials then return end
  local encoded = context.usage:encoded_format()
  if encoded == '' then return refuse('no_match') end
  local cached_key = ngx.var.cached_key .. ':' .. encoded
  if cache:get(cached_key) == OK then
    ngx.var.cached_key = cached_key
    return
  end
  -- Without a key nothing is reported after the answer: this call does it.
  ngx.var.cached_key = nil
  local answer, status = asked_backend(context, cached_key)
  if status == OK then return end
  local limit = answer.headers['3scale-rejection-reason'] == 'limits_exceeded'
  -- A metric that is switched off has the limit 0; that is no limit to wait for.
  if limit and tonumber(answer.headers['3scale-limit-max-value']) ~= 0 and status < UNAVAILABLE then
    return refuse('limits_exceeded', { ['Retry-After'] = answer.headers['3scale-limit-reset'] })
  end
  return refuse('auth_failed')
end

function _M:content(context)
  local upstream = context[self].upstream
  local authority = match(upstream, '^http://([^/]+)')
  ngx.req.set_header('Host', authority)
  ngx.var.proxy_pass = 'http://upstream'
  return ngx.exec('@upstream')
end

function _M:balancer(context)
  local host, port = match(context[self].upstream, '^http://([^/:]+):?(%d*)')
  local set, problem = balancer.set_current_peer(host, tonumber(port) or 80)
  if not set then ngx.log(ngx.ERR, 'no way to ', host, ': ', problem) end
end

function _M:post_action(context)
  if not (context[self] and context[self].run_post_action) then return end
  local cached_key = ngx.var.cached_key
  if not cached_key or cached_key == '' then return end
  asked_backend(context, cached_key)
end

return _M
