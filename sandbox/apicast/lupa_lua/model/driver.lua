--- Runs phases of policies for requests; the only part Python calls.
-- A phase that may wait runs in a coroutine and answers `done`, `exit` and the status, `http` and the call, or `error`
-- and the text. The filters run at once.

local cjson = require('cjson')
local headers = require('model.headers')
local linked_list = require('apicast.linked_list')
local loader = require('apicast.policy_loader')
local operation = require('apicast.conditions.operation')
local state = require('model.state')
local template_string = require('apicast.template_string')
local usage = require('apicast.usage')
local variables = require('model.variables')

local _M = {}

local PHASES = { post_action = 'content' }

--- Enters a request and a phase; nil leaves them.
local function enter(exchange, phase)
  state.request, state.phase = exchange and exchange.request or nil, phase and (PHASES[phase] or phase) or 'init'
end

local function left(...)
  enter(nil, nil)
  return ...
end

--- A policy of a folder with its settings as JSON; raises what keeps it from loading.
-- `init` and `init_worker` run before, without an instance, as they do when the gateway starts.
function _M.policy(folder, settings)
  local class = loader.load(folder)
  for _, phase in ipairs({ 'init', 'init_worker' }) do
    if class[phase] then
      class[phase]()
    end
  end
  return class.new(cjson.decode(settings))
end

--- A text, plain or Liquid.
_M.template = template_string.new

--- The text of a template for a request.
function _M.rendered(exchange, template, phase)
  enter(exchange, phase)
  return left(template:render(exchange.context))
end

--- Whether a comparison holds for a request; one side is a value, the other a template's text.
function _M.compares(exchange, value, op, text, kind)
  enter(exchange, 'access')
  return left(operation.new(value, 'plain', op, text, kind):evaluate(exchange.context))
end

--- A value given as JSON, for what is the same in many requests.
function _M.decoded(text)
  return cjson.decode(text)
end

local function original_request(request)
  return linked_list.readonly({
    headers = request.headers:table(),
    host = ngx.var.host,
    path = request.request_uri:match('^[^?]*'),
    query = request.args,
    uri = request.uri,
    server_addr = request.variables.server_addr,
  })
end

-- What the policies export, the first before the others.
local function exports(...)
  local chain = {}
  for index = select('#', ...), 1, -1 do
    local policy = select(index, ...)
    if policy.export then
      chain = linked_list.readonly(policy:export(), chain)
    end
  end
  return chain
end

--- A request and its context.
-- `fields` are the headers as text, `body` or `file` is where the body is; the policies come last.
function _M.exchange(method, request_uri, uri, args, fields, body, file, service, ...)
  local request = {
    method = method, request_uri = request_uri, uri = uri, args = args, http_version = 1.1,
    headers = headers.parsed(fields), body = body, body_file = file,
    answer = headers.parsed(), output = {}, ctx = {}, variables = variables.fresh({}),
  }
  local exchange = { request = request, context = linked_list.readwrite({ service = service }, exports(...)) }
  request.ctx.context = exchange.context
  enter(exchange, 'rewrite')
  exchange.context.original_request = original_request(request)
  request.variables.service_id = service and tostring(service.id) or ''
  return left(exchange)
end

--- Sets what the context says under a name, as JSON; without a text removes it.
function _M.set_context(exchange, name, text)
  exchange.context[name] = text and cjson.decode(text) or nil
end

--- What the context says under a name, as JSON; nil when it says nothing.
function _M.context(exchange, name)
  local value = exchange.context[name]
  return value ~= nil and cjson.encode(value) or nil
end

--- Adds usage to the context's, as the gateway's own policy does with what its rules matched.
function _M.merge_usage(exchange, ...)
  local added = usage.new()
  for index = 1, select('#', ...), 2 do
    added:add((select(index, ...)), (select(index + 1, ...)))
  end
  exchange.context.usage = exchange.context.usage or usage.new()
  exchange.context.usage:merge(added)
end

--- The context's usage: metric, delta, metric, delta …
function _M.usage(exchange)
  local flat = {}
  local found = exchange.context.usage or usage.new()
  for _, metric in ipairs(found.metrics) do
    flat[#flat + 1] = metric
    flat[#flat + 1] = found.deltas[metric]
  end
  return unpack(flat)
end

--- Sets a variable of nginx; nil makes it undefined.
function _M.set_variable(exchange, name, value)
  exchange.request.variables[name] = value
end

--- A variable of nginx.
function _M.variable(exchange, name)
  enter(exchange, 'log')
  return left(ngx.var[name])
end

--- The request's headers as text again, after others changed them.
function _M.set_headers(exchange, fields)
  exchange.request.headers = headers.parsed(fields)
end

--- Status and headers of the answer that is about to be sent.
function _M.set_answer(exchange, status, fields)
  local request = exchange.request
  request.status, request.answer, request.sent = status, headers.parsed(fields), nil
end

--- What the phase changed: the request's headers, the answer's, the body, the body's file (nil where nothing was).
-- The status comes last.
function _M.changes(exchange)
  local request = exchange.request
  local fields = request.headers_changed and request.headers:text() or nil
  local answer = request.answer_changed and request.answer:text() or nil
  local body, file
  if request.body_changed then
    body, file = request.body, request.body_file
  end
  request.headers_changed, request.answer_changed, request.body_changed = nil, nil, nil
  return fields, answer, body, file, request.status
end

--- What was printed, the status with it, and whether anything was.
function _M.output(exchange)
  local request = exchange.request
  return table.concat(request.output), request.status, request.sent, request.answer:text()
end

--- The answer is on its way: from now on its headers cannot be changed.
function _M.answered(exchange)
  exchange.request.sent = true
end

--- The client left before there was an answer.
function _M.abandoned(exchange)
  exchange.request.left = true
end

local function outcome(exchange, running, ok, kind, ...)
  enter(nil, nil)
  if not ok then
    return 'error', debug.traceback(running, tostring(kind))
  elseif coroutine.status(running) == 'dead' then
    return 'done'
  end
  exchange.waiting = running
  return kind, ...
end

--- Begins a phase of a policy.
function _M.run(exchange, policy, phase)
  local running = coroutine.create(policy[phase])
  exchange.phase = phase
  enter(exchange, phase)
  return outcome(exchange, running, coroutine.resume(running, policy, exchange.context))
end

--- Goes on with what the phase was waiting for.
function _M.resume(exchange, ...)
  local running = exchange.waiting
  exchange.waiting = nil
  enter(exchange, exchange.phase)
  return outcome(exchange, running, coroutine.resume(running, ...))
end

local function traced(problem)
  return debug.traceback(tostring(problem), 2)
end

--- Runs header_filter or log; returns the error's text if there is one, and the status of an exit.
function _M.filter(exchange, policy, phase)
  enter(exchange, phase)
  local ok, problem = xpcall(policy[phase], traced, policy, exchange.context)
  local exited = exchange.request.exited
  exchange.request.exited = nil
  return left(not ok and problem or nil, exited)
end

--- Runs body_filter over a piece.
-- Returns what is left of it, whether it is the last, and the error's text if there is one.
function _M.body_filter(exchange, policy, chunk, eof)
  local request = exchange.request
  state.request, state.phase = request, 'body_filter'
  request.chunk, request.eof = chunk, eof
  local ok, problem = xpcall(policy.body_filter, traced, policy, exchange.context)
  state.request, state.phase = nil, 'init'
  return request.chunk, request.eof, not ok and problem or nil
end

return _M
