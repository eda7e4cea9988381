--- A text, plain or a Liquid template.
-- Facts: APIcast, gateway/src/apicast/template_string.lua: a template that cannot be read is logged and renders empty.

local liquid = require('apicast.liquid.template')
local linked_list = require('apicast.linked_list')
local ngx_variable = require('apicast.policy.ngx_variable')

local _M = {}

local Plain = {}
local Liquid = {}

--- The text itself.
function Plain:render()
  return self.string
end

--- The text with every output replaced by its value in the context.
function Liquid:render(context)
  return liquid.rendered(self.template, linked_list.readwrite({}, ngx_variable.available_context(context)))
end

local function plain(text)
  return setmetatable({ string = text }, { __index = Plain })
end

local function template(text)
  local read, found = pcall(liquid.parsed, text)
  if read then
    return setmetatable({ template = found }, { __index = Liquid })
  end
  ngx.log(ngx.ERR, 'Invalid Liquid: ', text, ' It will be evaluated to empty string. Error: ', found)
  return plain('')
end

local KINDS = { plain = plain, liquid = template }

--- A template of the given type; nil and why for an unknown type.
function _M.new(value, kind)
  local make = KINDS[kind]
  if not make then
    return nil, string.format('Invalid type specified: %s', tostring(kind))
  end
  return make(value)
end

return _M
