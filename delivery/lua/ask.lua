-- May requests leave, how many, and when? One destination's breaker and Retry-After, then the rates of the destination
-- and of the run by GCRA (ITU-T I.371, annex A): a "theoretical arrival time" is where the next request belongs.
-- KEYS: breaker, the destination's arrival time, the run's arrival time, the destination's runs with a rate.
-- ARGV: wanted, gap of the destination, gap of the run (0: no rate), how far ahead tokens are given, the arrival times
-- that the caller has seen, whether the breaker is on, probes, how long probes may take, now (0: the server's clock),
-- and how soon a token can be used at the earliest.
-- Times are microseconds. Answers {granted, why, wait, first, gap, epoch, arrival time of destination, of run}.
local wanted, gaps = tonumber(ARGV[1]), {tonumber(ARGV[2]), tonumber(ARGV[3])}
local ahead, seen = tonumber(ARGV[4]), {tonumber(ARGV[5]), tonumber(ARGV[6])}
local breaker_on, probes, probe_time = ARGV[7] == '1', tonumber(ARGV[8]), tonumber(ARGV[9])
local now, lead = tonumber(ARGV[10]), tonumber(ARGV[11])
if now == 0 then
  local clock = redis.call('TIME')
  now = clock[1] * 1000000 + clock[2]
end
local function stored(number) return string.format('%.0f', number) end
local function field(name) return tonumber(redis.call('HGET', KEYS[1], name) or '0') end
local epoch = field('epoch')
local function refuse(why, wait) return {0, why, stored(wait), '0', '0', stored(epoch), '0', '0'} end

local asked_until = field('asked_until')
if asked_until > now then return refuse('asked_to_wait', asked_until - now) end

local state = redis.call('HGET', KEYS[1], 'state') or 'closed'
local left = 0
if breaker_on and state ~= 'closed' then
  local until_ = field('until')
  left = field('left')
  if state == 'open' and now < until_ then return refuse('breaker', until_ - now) end
  if state == 'half_open' and left <= 0 and now < until_ then
    return refuse('probing', math.min(until_ - now, 500000))
  end
  if state == 'open' or left <= 0 then
    -- Of a probe whose worker died nothing is heard: after its time others probe.
    left = probes
    redis.call('HSET', KEYS[1], 'state', 'half_open', 'left', left, 'out', 0, 'good', 0,
               'until', stored(now + probe_time))
  end
  wanted = math.min(wanted, left)
end

-- A server that was just started may have forgotten what was given up to a moment ago: all of it, or what was not on
-- its disk. Nothing is given that could be given twice. It tells whole seconds only; where it may not be asked, 0.
local function begins_at()
  local told = redis.pcall('INFO', 'server')
  local up = type(told) == 'string' and tonumber(string.match(told, 'uptime_in_seconds:(%d+)'))
  return up and now - up * 1000000 + 1000000 + ahead or 0
end

local arrival, first, gap, limits = {0, 0}, now, 0, 0
local soonest = now + lead
if gaps[1] + gaps[2] > 0 then soonest = math.max(soonest, begins_at()) end
for place = 1, 2 do
  if gaps[place] > 0 then
    local at = tonumber(redis.call('GET', KEYS[1 + place]) or '0')
    if at == 0 and seen[place] > 0 then  -- forgotten, and others may have been given tokens up to here
      at = math.max(seen[place], now) + ahead
      redis.call('SET', KEYS[1 + place], stored(at), 'PX', 600000)
    end
    at = math.max(at, soonest)
    -- Only a clock that was set back puts it further ahead than tokens are ever given.
    if at > now + 2 * ahead + lead + wanted * gaps[place] + gaps[place] then at = now + gaps[place] end
    arrival[place] = at
    if at > now + ahead then
      wanted = 0
    else
      wanted = math.min(wanted, math.floor((now + ahead - at) / gaps[place]) + 1)
    end
    if at > first or (at == first and gaps[place] > gap) then limits = place end
    first, gap = math.max(first, at), math.max(gap, gaps[place])
  end
end
local whose = {'connection_rate', 'run_rate'}
if wanted <= 0 then
  return {0, whose[limits], stored(first - ahead - now), '0', '0', stored(epoch), stored(arrival[1]), stored(arrival[2])}
end
-- Where the run's own rate decides, the destination's tokens before the first one stay for its other runs: it takes
-- earlier ones than it uses. All such runs together may so add 1.5 % to ten seconds, when one begins or ends.
local earlier = {0, 0}
if limits == 2 and gaps[1] > 0 then
  redis.call('ZADD', KEYS[4], stored(now), KEYS[3])
  redis.call('ZREMRANGEBYSCORE', KEYS[4], '-inf', stored(now - 10000000))
  redis.call('EXPIRE', KEYS[4], 600)
  earlier[1] = 150000 * gaps[2] / gaps[1] / redis.call('ZCARD', KEYS[4])
end
for place = 1, 2 do
  if gaps[place] > 0 then
    arrival[place] = math.max(arrival[place], first - earlier[place]) + wanted * gaps[place]
    redis.call('SET', KEYS[1 + place], stored(arrival[place]),
               'PX', stored((arrival[place] - now) / 1000 + 600000))
  end
end
local why = limits > 0 and whose[limits] or ''
if breaker_on and state ~= 'closed' then
  redis.call('HINCRBY', KEYS[1], 'left', 0 - wanted)
  redis.call('HINCRBY', KEYS[1], 'out', wanted)
  why = 'probing'
end
return {wanted, why, '0', stored(first - now), stored(gap), stored(epoch),
        stored(arrival[1]), stored(arrival[2])}
