-- Asks the gateway about each request: http-request lua.tollkeeper URL (see haproxy.cfg).
-- Add the headers that your policies read.
local PASSED = {
  "authorization", "x-api-key", "host",
  "origin", "access-control-request-method", "access-control-request-headers",
}
-- Some servers take the method or the path from one of these, and some read "_" as "-".
local OVERRIDES = {
  ["x-http-method-override"] = true, ["x-http-method"] = true, ["x-method-override"] = true,
  ["script-name"] = true, ["path-info"] = true, ["x-script-name"] = true, ["x-rewrite-url"] = true,
}
local REPLIED = {
  "content-type", "www-authenticate", "retry-after", "ratelimit", "ratelimit-policy", "vary",
  "access-control-allow-origin", "access-control-allow-credentials", "access-control-expose-headers",
}
local IDENTITY = {
  "x-tollkeeper-key-id", "x-tollkeeper-key-name", "x-tollkeeper-organization-id",
  "x-tollkeeper-member-id", "x-tollkeeper-workspace-id", "x-tollkeeper-scopes",
}

-- HAProxy counts values from 0 where it gives them, and from 1 where it takes them.
local function given(values)
  local list = {}
  local at = 0
  while values ~= nil and values[at] ~= nil do
    list[#list + 1] = values[at]
    at = at + 1
  end
  return list
end

core.register_action("tollkeeper", { "http-req" }, function(txn, url)
  local asked = txn.http:req_get_headers()
  -- What was asked for, by whom: little else of the client reaches the gateway.
  local headers = {
    ["x-forwarded-uri"] = { txn.sf:pathq() },
    ["x-forwarded-method"] = { txn.sf:method() },
    ["x-forwarded-for"] = { txn.sf:src() },
  }
  for _, name in ipairs(PASSED) do
    local values = given(asked[name])
    if #values > 0 then headers[name] = values end
  end
  for name, values in pairs(asked) do
    if OVERRIDES[(name:gsub("[^%w]", "-"))] then headers[name] = given(values) end
  end
  local answer = core.httpclient():get({ url = url, headers = headers, timeout = 5000 })
  if answer.status ~= 200 then
    local reply = txn:reply({ status = answer.status > 0 and answer.status or 503 })
    for _, name in ipairs(REPLIED) do
      for _, value in ipairs(given((answer.headers or {})[name])) do
        reply:add_header(name, value)
      end
    end
    reply:set_body(answer.body or "")
    txn:done(reply)
    return
  end
  for _, name in ipairs(IDENTITY) do
    for _, value in ipairs(given(answer.headers[name])) do
      if value ~= "" then txn.http:req_set_header(name, value) end
    end
  end
end, 1)
