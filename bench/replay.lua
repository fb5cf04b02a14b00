-- Send the requests of a file, which a NUL parts, one after the other and round again.
local requests, at = {}, 0

function init()
  local file = assert(io.open(os.getenv("BENCH_REQUESTS"), "rb"))
  for request in (file:read("*a") .. "\0"):gmatch("(.-)%z") do
    requests[#requests + 1] = request
  end
  file:close()
end

function request()
  at = at % #requests + 1
  return requests[at]
end
