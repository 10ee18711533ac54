-- The zones of people, each found by one step along the index; nobody has more than the IANA.
WITH RECURSIVE zones (name) AS (
  SELECT min(time_zone) FROM profiles WHERE birth_date IS NOT NULL
  UNION ALL
  SELECT (SELECT min(p.time_zone) FROM profiles AS p WHERE p.birth_date IS NOT NULL AND p.time_zone > zones.name)
  FROM zones WHERE zones.name IS NOT NULL LIMIT 1000
)
SELECT name FROM zones WHERE name IS NOT NULL
