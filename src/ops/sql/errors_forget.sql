-- Groups of which nothing came for long, and the oldest of too many. ?1 before, ?2 how many are kept
DELETE FROM errors WHERE last_seen < max(CAST(?1 AS INTEGER),
  coalesce((SELECT last_seen FROM errors ORDER BY last_seen DESC LIMIT 1 OFFSET CAST(?2 AS INTEGER)), 0))
