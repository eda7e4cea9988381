--- What an HTTP call came to.
-- Facts: APIcast, gateway/src/resty/http_ng/response.lua: `ok` says that there was an answer at all.

local headers = require('resty.http_ng.headers')

local _M = {}

--- An answer.
function _M.new(request, status, fields, body)
  return { request = request, status = status, headers = headers.new(fields), body = body, ok = true }
end

--- No answer: status 0 and why.
function _M.error(request, problem)
  return { request = request, status = 0, headers = headers.new(), ok = false, error = problem }
end

return _M
