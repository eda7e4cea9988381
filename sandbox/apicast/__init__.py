"""APIcast's Lua side without nginx: LuaJIT, a small model of `ngx`, and APIcast's own modules written anew."""
