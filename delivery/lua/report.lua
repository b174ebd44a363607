-- What became of requests: opens, closes and reopens a destination's breaker, and notes its Retry-After.
-- KEYS: breaker. ARGV: epoch in which they were sent, calls, failures, grants that were not used, Retry-After (0: none),
-- what was asked for before it was capped, whether the breaker is on, share of failures, least calls, window, pause,
-- longest pause, now (0: the server's clock). Times are microseconds. Answers {state, why, wait, epoch}.
local epoch, calls, failures, unused = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4])
local retry_after, asked_for = tonumber(ARGV[5]), tonumber(ARGV[6])
local share, least, window = tonumber(ARGV[8]), tonumber(ARGV[9]), tonumber(ARGV[10])
local pause, longest, now = tonumber(ARGV[11]), tonumber(ARGV[12]), tonumber(ARGV[13])
if now == 0 then
  local clock = redis.call('TIME')
  now = clock[1] * 1000000 + clock[2]
end
local BUCKETS = 6
local function stored(number) return string.format('%.0f', number) end
local function field(name) return tonumber(redis.call('HGET', KEYS[1], name) or '0') end
local state = redis.call('HGET', KEYS[1], 'state') or 'closed'

local function empty_window()
  for index = 0, BUCKETS - 1 do redis.call('HDEL', KEYS[1], 'n' .. index, 'f' .. index, 's' .. index) end
end
local function open(length)
  state = 'open'
  redis.call('HINCRBY', KEYS[1], 'epoch', 1)
  redis.call('HSET', KEYS[1], 'state', state, 'until', stored(now + length), 'pause', stored(length))
  empty_window()
end
local function close()
  state = 'closed'
  redis.call('HINCRBY', KEYS[1], 'epoch', 1)
  redis.call('HSET', KEYS[1], 'state', state)
  redis.call('HDEL', KEYS[1], 'until', 'pause', 'left', 'out', 'good')
  empty_window()
end
local function count_in_window()
  local stamp = math.floor(now / (window / BUCKETS))
  local index = stamp % BUCKETS
  if field('s' .. index) ~= stamp then
    redis.call('HSET', KEYS[1], 's' .. index, stored(stamp), 'n' .. index, 0, 'f' .. index, 0)
  end
  redis.call('HINCRBY', KEYS[1], 'n' .. index, calls)
  redis.call('HINCRBY', KEYS[1], 'f' .. index, failures)
  local all, bad = 0, 0
  for other = 0, BUCKETS - 1 do
    if stamp - field('s' .. other) < BUCKETS then
      all, bad = all + field('n' .. other), bad + field('f' .. other)
    end
  end
  return all, bad
end

if retry_after > 0 and now + retry_after > field('asked_until') then
  redis.call('HSET', KEYS[1], 'asked_until', stored(now + retry_after), 'asked_for', stored(now + asked_for))
end
-- Requests sent before the state last changed say nothing about it.
if ARGV[7] == '1' and tonumber(epoch) == field('epoch') then
  if state == 'closed' and calls > 0 then
    local all, bad = count_in_window()
    if all >= least and bad >= share * all then open(pause) end
  elseif state == 'half_open' then
    redis.call('HINCRBY', KEYS[1], 'left', unused)
    redis.call('HINCRBY', KEYS[1], 'out', 0 - unused) -- not -0, which Redis refuses
    redis.call('HINCRBY', KEYS[1], 'good', calls - failures)
    if failures > 0 then
      open(math.min(math.max(field('pause'), pause) * 2, longest))
    elseif field('good') > 0 and field('good') >= field('out') then
      close()
    end
  end
end
if redis.call('EXISTS', KEYS[1]) == 1 then redis.call('EXPIRE', KEYS[1], 86400) end
local asked_until = field('asked_until')
if asked_until > now then return {state, 'asked_to_wait', stored(asked_until - now), stored(field('epoch'))} end
if ARGV[7] == '1' and state == 'open' then
  return {state, 'breaker', stored(math.max(0, field('until') - now)), stored(field('epoch'))}
end
return {state, '', '0', stored(field('epoch'))}
