/**
 * What Redis does by itself, each in one step. It filters and compares; what a viewer sees is decided
 * by the core over what it hands out. Clock and chance come as arguments, and every key as a key.
 *
 * Of a bucket there are: a `head` (fields `gen`, `since` ms, `seq`, and by number of each slice that was
 * written the newest `seq` in it), slices of events (`#` is "gen:seq" of the newest; `a<author>` ids of
 * posts, `p<post>` a post, `c<post>` what became of it, `f<viewer>` what is to be forgotten, and own writes)
 * with the set of their authors (as many as `#authors` says), entries with the set of authors whose posts
 * belong there, and who has one. A slice whose `#` is older than the head says was evicted, or was lost when
 * a replica took over: then nothing is known for sure.
 */
const KNOWN = `
local function known(head, keys, wrote, numbers)
  if not head[1] then return {}, false end
  local found, whole = {}, true
  local marks = redis.call('HMGET', KEYS[1], unpack(numbers))
  for i, mark in ipairs(marks) do
    if mark then
      local at = redis.call('HMGET', keys[i], '#', '#authors')
      local gen, seq = string.match(at[1] or '', '^(.*):(%d+)$')
      if gen == head[1] and tonumber(seq) >= tonumber(mark)
        and redis.call('SCARD', wrote[i]) >= tonumber(at[2]) then
        found[#found + 1] = {key = keys[i], authors = wrote[i], number = tonumber(numbers[i])}
      else
        whole = false
      end
    end
  end
  return found, whole
end
local function begin(gen, now, keys)
  redis.call('UNLINK', KEYS[1], unpack(keys))
  redis.call('HSET', KEYS[1], 'gen', gen, 'since', now, 'seq', 0)
  return {gen, now, '0'}
end
local function part(list, from, to)
  local taken = {}
  for i = from, to do taken[#taken + 1] = list[i] end
  return taken
end
local head = redis.call('HMGET', KEYS[1], 'gen', 'since', 'seq')
`;

/**
 * Keys: head, entry, its authors, slices, the authors of each. Arguments: viewer, how far before it was built an entry needs events (ms),
 * length of a slice (ms), how many posts may have arrived, numbers of the slices.
 *
 * Replies: "found" | "cold" | "lost", lines about the viewer, and of what was found: when it was built, the
 * record, lines about its posts and authors.
 */
export const READ_SCRIPT = `${KNOWN}
local viewer, back, length, most = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4])
local count = #ARGV - 4
local slices, whole =
  known(head, part(KEYS, 4, count + 3), part(KEYS, count + 4, #KEYS), part(ARGV, 5, #ARGV))
local lines = {}
for _, slice in ipairs(slices) do
  lines[#lines + 1] = redis.call('HGET', slice.key, 'f' .. viewer) or nil
end
local entry = redis.call('HMGET', KEYS[2], 'gen', 'seq', 'built', 'authors', 'posts', 'record')
if not entry[6] then return {'cold', lines} end
local from = tonumber(entry[3]) - back
if not whole or entry[1] ~= head[1] or tonumber(entry[2]) > tonumber(head[3])
  or from < tonumber(head[2]) or redis.call('SCARD', KEYS[3]) ~= tonumber(entry[4])
then return {'lost', lines} end

local function words(text)
  local list = {}
  for word in string.gmatch(text, '[^,]+') do list[#list + 1] = word end
  return list
end
local function each(key, prefix, list, take)
  for at = 1, #list, 1000 do
    local fields = {}
    for i = at, math.min(at + 999, #list) do fields[#fields + 1] = prefix .. list[i] end
    for _, value in ipairs(redis.call('HMGET', key, unpack(fields))) do
      if value then take(value) end
    end
  end
end
local posts, about = words(entry[5]), {}
local seen = {}
for _, post in ipairs(posts) do seen[post] = true end
for _, slice in ipairs(slices) do
  if (slice.number + 1) * length > from then
    local arrived = {}
    each(slice.key, 'a', redis.call('SINTER', KEYS[3], slice.authors), function(value)
      for post, original in string.gmatch(value, '(%d+):(%d*);') do
        arrived[#arrived + 1] = post
        for _, one in ipairs({post, original}) do
          if one ~= '' and not seen[one] then
            seen[one] = true
            posts[#posts + 1] = one
          end
        end
      end
    end)
    most = most - #arrived
    if most < 0 then return {'lost', lines} end
    each(slice.key, 'p', arrived, function(value) about[#about + 1] = value end)
  end
end
for _, slice in ipairs(slices) do
  each(slice.key, 'c', posts, function(value) about[#about + 1] = value end)
end
return {'found', lines, entry[3], entry[6], about}
`;

/**
 * Keys: head, entry, its authors, the newest slice of who is active, slices, the authors of each. Arguments: viewer, now, how far
 * before it was built an entry needs events, when it was built, name for a new generation, TTL of the entry,
 * of the head and of the slice, posts, record, numbers of the slices, authors. All times in ms.
 *
 * Replies 1 when the entry is kept. A generation that is not whole any more ends here.
 */
export const PUT_SCRIPT = `${KNOWN}
local built = tonumber(ARGV[4])
local count = (#KEYS - 4) / 2
local first = 11 + count
local keys = part(KEYS, 5, count + 4)
local _, whole = known(head, keys, part(KEYS, count + 5, #KEYS), part(ARGV, 11, first - 1))
if not whole then head = begin(ARGV[5], ARGV[2], keys) end
redis.call('PEXPIRE', KEYS[1], ARGV[7])
if built - tonumber(ARGV[3]) < tonumber(head[2]) then return 0 end
local there = redis.call('HMGET', KEYS[2], 'gen', 'built')
if there[1] == head[1] and tonumber(there[2]) > built then return 0 end
redis.call('HSET', KEYS[2], 'gen', head[1], 'seq', head[3], 'built', ARGV[4],
  'authors', #ARGV - first + 1, 'posts', ARGV[9], 'record', ARGV[10])
redis.call('PEXPIRE', KEYS[2], ARGV[6])
redis.call('DEL', KEYS[3])
for from = first, #ARGV, 1000 do
  redis.call('SADD', KEYS[3], unpack(ARGV, from, math.min(from + 999, #ARGV)))
end
redis.call('PEXPIRE', KEYS[3], ARGV[6])
redis.call('SADD', KEYS[4], ARGV[1])
redis.call('PEXPIRE', KEYS[4], ARGV[8])
return 1
`;

/**
 * Keys: head, slices, the authors of each, slices of who is active. Arguments: now, name
 * for a new generation, generation and newest event that the caller knows of ("" and 0: none), "1" to
 * begin anew, TTL of head and of slice (ms), how many slices, their numbers, the place of the one to write to,
 * how many viewers, the viewers, then six for each change: kind, key, three that the kind explains, line.
 *
 * Replies: generation, newest event, how many of the viewers have an entry.
 */
export const APPLY_SCRIPT = `${KNOWN}
local now, count = ARGV[1], tonumber(ARGV[8])
local keys, numbers = part(KEYS, 2, count + 1), part(ARGV, 9, count + 8)
local place = tonumber(ARGV[count + 9])
local target, wrote, number = keys[place], KEYS[1 + count + place], numbers[place]
local slices, whole = known(head, keys, part(KEYS, count + 2, 2 * count + 1), numbers)
local isOlder = head[1] == ARGV[3] and tonumber(head[3]) < tonumber(ARGV[4])
if not whole or isOlder or ARGV[5] == '1' then head, slices = begin(ARGV[2], now, keys), {} end

local at = count + 10
local last = at + tonumber(ARGV[at])
local has = {}
for k = 2 * count + 2, #KEYS do
  for from = at + 1, last, 1000 do
    local to = math.min(from + 999, last)
    for i, is in ipairs(redis.call('SMISMEMBER', KEYS[k], unpack(ARGV, from, to))) do
      if is == 1 then has[from + i] = true end
    end
  end
end
local active = 0
for _ in pairs(has) do active = active + 1 end

local function isLater(epoch, seq, than, thanSeq)
  if tonumber(epoch) ~= tonumber(than) then return tonumber(epoch) > tonumber(than) end
  return tonumber(seq) > tonumber(thanSeq)
end
-- A post that comes late, or an audience, brings along who may see the post: slices that say so are
-- forgotten before this one.
local function bring(post)
  local text = redis.call('HGET', target, 'c' .. post) or ''
  local before = #text
  for _, slice in ipairs(slices) do
    for line in string.gmatch(redis.call('HGET', slice.key, 'c' .. post) or '', '\\n\\t[^\\n]*') do
      if not string.find(text, line, 1, true) then text = text .. line end
    end
  end
  if #text > before then redis.call('HSET', target, 'c' .. post, text) end
end
for i = last + 1, #ARGV, 6 do
  local kind, key, a, b, c, line = unpack(ARGV, i, i + 5)
  if kind == 'post' then
    if tonumber(c) >= tonumber(head[2]) and redis.call('HSETNX', target, 'p' .. a, line) == 1 then
      local field = 'a' .. key
      redis.call('HSET', target, field, (redis.call('HGET', target, field) or '') .. a .. ':' .. b .. ';')
      redis.call('SADD', wrote, key)
      bring(a)
      if b ~= '' then bring(b) end
    end
  else
    local text = redis.call('HGET', target, key) or ''
    if kind == 'count' then
      local epoch, seq = string.match(text, '\\n' .. a .. ':(%d+):(%d+)\\t')
      if not epoch or isLater(b, c, epoch, seq) then
        text = string.gsub(text, '\\n' .. a .. ':%d+:%d+\\t[^\\n]*', '') .. line
        redis.call('HSET', target, key, text)
      end
    else
      redis.call('HSET', target, key, text .. line)
      if kind == 'revoke' then bring(a) end
    end
  end
end

local seq = redis.call('HINCRBY', KEYS[1], 'seq', 1)
if not redis.call('HGET', KEYS[1], number) then
  for _, field in ipairs(redis.call('HKEYS', KEYS[1])) do
    local old = tonumber(field)
    if old and old < tonumber(number) - count then redis.call('HDEL', KEYS[1], field) end
  end
end
redis.call('HSET', KEYS[1], number, seq)
redis.call('HSET', target, '#', head[1] .. ':' .. seq, '#authors', redis.call('SCARD', wrote))
redis.call('PEXPIRE', KEYS[1], ARGV[6])
redis.call('PEXPIRE', target, ARGV[7])
redis.call('PEXPIRE', wrote, ARGV[7])
return {head[1], seq, active}
`;
