-- Tokens that nobody used go back, if nobody was given later ones meanwhile.
-- KEYS: arrival times. ARGV: for each of them the arrival time after the grant, and what to take off. Microseconds.
for place, key in ipairs(KEYS) do
  if redis.call('GET', key) == ARGV[2 * place - 1] then
    redis.call('SET', key, string.format('%.0f', tonumber(ARGV[2 * place - 1]) - tonumber(ARGV[2 * place])), 'KEEPTTL')
  end
end
