-- For wrk: recommendations for one candidate after another, and what came of them as JSON.
-- Arguments: how many candidates, milliseconds between the requests of a connection (0: at once),
-- X-Request-Timeout-Ms (0: none).
local people, pace, number = 1, 0, 0

function init(arguments)
  people, pace = tonumber(arguments[1]), tonumber(arguments[2])
  if tonumber(arguments[3]) > 0 then wrk.headers["X-Request-Timeout-Ms"] = arguments[3] end
  math.randomseed(1)
end

function request()
  number = (number + 1) % people
  return wrk.format("GET", string.format("/v1/recommend/candidate-%06d", number))
end

-- Even with some play, so that connections do not march in step.
function delay()
  return pace * (0.5 + math.random())
end

function done(summary, latency)
  local errors = summary.errors
  io.write(string.format(
    '\nRESULT {"seconds": %.3f, "answers": %d, "refused": %d, "broken": %d, "median": %.3f, "p99": %.3f, "longest": %.3f}\n',
    summary.duration / 1e6, summary.requests, errors.status,
    errors.connect + errors.read + errors.write + errors.timeout,
    latency:percentile(50) / 1e3, latency:percentile(99) / 1e3, latency.max / 1e3))
end
