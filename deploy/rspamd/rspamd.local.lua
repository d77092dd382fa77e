-- What leaves: from an address of one's own, and signed. See settings.conf for the two doors.
local lua_util = require "lua_util"
local http = require "rspamd_http"
local ucl = require "ucl"

-- A header that names somebody else than the envelope does would be signed for by nobody, and people read the header.
rspamd_config.OUTGOING_FROM = {
  description = "Signed in, and the From header is not the sender that Postfix has let pass",
  callback = function(task)
    if not task:get_user() then return false end
    local envelope, header = task:get_from("smtp"), task:get_from("mime")
    if envelope and envelope[1] and header and #header == 1
        and envelope[1].addr:lower() == header[1].addr:lower() then
      return false
    end
    task:set_pre_result("reject", "The From header must be the address that you send as")
    return true
  end
}

-- So many as the plan of the sender's account allows; what all may do at most is Postfix's to say.
local function judge_recipients(task, number, err, code, body)
  local answer = ucl.parser()
  if err or code ~= 200 or not answer:parse_string(body) then
    task:set_pre_result("soft reject", "Your mail cannot be judged right now. Try again soon")
    return
  end
  local most = answer:get_object().most
  if type(most) == "number" and number > most then
    task:set_pre_result("reject", string.format("A message goes to %d recipients at most", most))
  end
end

rspamd_config.OUTGOING_RECIPIENTS = {
  description = "Signed in, and the message goes to more than the plan allows",
  callback = function(task)
    local user, recipients = task:get_user(), task:get_recipients("smtp")
    if not user or not recipients or #recipients < 2 then return false end
    http.request{
      task = task,
      url = "http://127.0.0.1:@KEYS_PORT@/v1/recipients/" .. user:match("[^@]*$"),
      headers = {["X-Vault-Token"] = "@KEYS_TOKEN@"},
      callback = function(err, code, body) judge_recipients(task, #recipients, err, code, body) end
    }
    return false
  end
}

-- Without its key, or while the server of keys is away, mail waits instead of leaving unsigned.
local unsigned = rspamd_config:register_symbol{
  name = "OUTGOING_UNSIGNED",
  type = "postfilter",
  priority = lua_util.symbols_priorities and lua_util.symbols_priorities.high or 10,
  callback = function(task)
    if task:get_user() and not task:has_symbol("DKIM_SIGNED") and task:get_metric_action() ~= "reject" then
      task:set_pre_result("soft reject", "Your mail cannot be signed right now. Try again soon")
    end
  end
}

-- What a filter sends on is somebody else's mail, whatever its From header says.
local redirected = rspamd_config:register_symbol{
  name = "OUTGOING_REDIRECTED",
  type = "prefilter",
  priority = 9,
  callback = function(task)
    if task:get_header("X-Sieve-Redirected-From") then
      task:disable_symbol("DKIM_SIGNED")
    end
  end
}
