-- How many requests may a lane have on its way, of all that its connection allows at the same time?
-- KEYS: the lanes that send to it now, each with what it holds, what it wants, since when it waits for its turn, since
-- when it has it (0: not yet), and until when all that is believed.
-- ARGV: the lane, what it holds, what it wants (0: it ends), how many are allowed, how long a lane is believed, how
-- long a turn lasts, now (0: the server's clock). Times are microseconds.
-- Answers {how many it may have, its share}. What it holds beyond the first it reports as free once answers came; where
-- that is less than its share, others have yet to do so.
local name, held, wants, allowed = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4])
local believed, turn, now = tonumber(ARGV[5]), tonumber(ARGV[6]), tonumber(ARGV[7])
if now == 0 then
  local clock = redis.call('TIME')
  now = clock[1] * 1000000 + clock[2]
end
if wants == 0 then
  redis.call('HDEL', KEYS[1], name)
  return {0, 0}
end

local mine = {name = name, since = now, began = 0, wants = wants}
local lanes, with_others = {mine}, 0
local found = redis.call('HGETALL', KEYS[1])
for place = 1, #found, 2 do
  local values = {}
  for value in string.gmatch(found[place + 1], '%d+') do values[#values + 1] = tonumber(value) end
  if found[place] == name then
    mine.since, mine.began = values[3], values[4]
  elseif values[5] <= now then  -- its worker died
    redis.call('HDEL', KEYS[1], found[place])
  else
    lanes[#lanes + 1] = {name = found[place], wants = values[2], since = values[3]}
    with_others = with_others + values[1]
  end
end

-- Where there are more lanes than places, those who waited longest have one each, for a turn.
if #lanes > allowed and mine.began > 0 and now - mine.began > turn then mine.since, mine.began = now, 0 end
local function by(first, second)
  return function(a, b)
    if a[first] ~= b[first] then return a[first] < b[first] end
    return a[second] < b[second]
  end
end
table.sort(lanes, by('since', 'name'))
while #lanes > allowed do table.remove(lanes) end
-- Evenly; what one doesn't want is for those who want more.
table.sort(lanes, by('wants', 'name'))
local share, left = 0, allowed
for place, lane in ipairs(lanes) do
  local given = math.min(lane.wants, math.floor(left / (#lanes - place + 1)))
  left = left - given
  if lane == mine then share = given end
end

local may = share
if share > held then may = math.max(held, math.min(share, allowed - with_others)) end
if may == 0 then
  mine.began = 0
elseif mine.began == 0 and share > 0 then
  mine.began = now
end
local kept = {math.max(held, may), wants, mine.since, mine.began, now + believed}
for place, value in ipairs(kept) do kept[place] = string.format('%.0f', value) end
redis.call('HSET', KEYS[1], name, table.concat(kept, ' '))
redis.call('EXPIRE', KEYS[1], 600)
return {may, share}
