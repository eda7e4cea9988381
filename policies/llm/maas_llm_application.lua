--- Which application a credential belongs to, where the gateway can ask the tenant.
--
-- A gateway made by the operator reads its configuration from the master portal, whose endpoint has a path and knows
-- no applications (APIcast, configuration_loader/remote_v2.lua); there the application stays unknown.

local cjson = require('cjson.safe')
local http_ng = require('resty.http_ng')
local http_ng_resty = require('resty.http_ng.backend.resty')
local lrucache = require('resty.lrucache')
local resty_env = require('resty.env')
local user_agent = require('apicast.user_agent')

local ngx = ngx
local match, tostring = string.match, tostring

local _M = {}

local UNKNOWN = { id = 'unknown', name = 'unknown' }
local KNOWN_SECONDS, UNKNOWN_SECONDS, MOST = 300, 30, 10000
local OK = 200

local cache = lrucache.new(MOST)

-- The tenant's portal without the credentials of its URL, and the header that carries them; nil with a path.
local function tenant()
  local endpoint = resty_env.value('THREESCALE_PORTAL_ENDPOINT')
  local scheme, authority, path = match(endpoint or '', '^(https?://)([^/]+)(.*)$')
  if not scheme or (path ~= '' and path ~= '/') then return nil end
  local userinfo, host = match(authority, '^(.*)@([^@]*)$')
  local headers = { ['User-Agent'] = user_agent() }
  if userinfo then
    -- A token stands in place of the user or of the password.
    if not match(userinfo, ':') then userinfo = userinfo .. ':' end
    headers.Authorization = 'Basic ' .. ngx.encode_base64(ngx.unescape_uri(userinfo))
  end
  return scheme .. (host or authority), headers
end

local function asked(service_id, credentials)
  local portal, headers = tenant()
  if not portal then return nil end
  local client = http_ng.new({
    backend = http_ng_resty,
    options = { headers = headers, ssl = { verify = resty_env.enabled('OPENSSL_VERIFY') } },
  })
  local user_key, app_id = credentials.user_key, credentials.app_id
  local query = ngx.encode_args({ service_id = service_id, user_key = user_key, app_id = app_id })
  local answer = client.get(portal .. '/admin/api/applications/find.json?' .. query)
  local document = answer.status == OK and cjson.decode(answer.body)
  local application = document and document.application
  if not application then
    ngx.log(ngx.INFO, 'llm-metrics: no application found, status ', tostring(answer.status))
    return nil
  end
  return { id = tostring(application.id), name = tostring(application.name) }
end

--- `id` and `name` of the application; both 'unknown' where they cannot be learnt.
function _M.of(context)
  local credentials = context.credentials
  if not credentials or not context.service or not tenant() then return UNKNOWN end
  local secret = credentials.user_key or credentials.app_id
  if not secret then return UNKNOWN end
  local key = ngx.encode_base64(ngx.sha1_bin(tostring(context.service.id) .. ':' .. secret))
  local known = cache:get(key)
  if known then return known end
  local found = asked(context.service.id, credentials)
  cache:set(key, found or UNKNOWN, found and KNOWN_SECONDS or UNKNOWN_SECONDS)
  return found or UNKNOWN
end

_M.UNKNOWN = UNKNOWN

return _M
