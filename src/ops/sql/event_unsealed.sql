-- Events with readable values, as many as one statement can carry. ?1 how many at most
SELECT id, user_id, subject_type, before, after, found
FROM (
  SELECT id, user_id, seq, subject_type, before, after,
         sum(coalesce(length(before), 0) + coalesce(length(after), 0)) OVER (ORDER BY user_id, seq)
           - coalesce(length(before), 0) - coalesce(length(after), 0) AS earlier,
         count(*) OVER () AS found
  FROM (SELECT * FROM events INDEXED BY events_unsealed WHERE sealed_at IS NULL ORDER BY user_id, seq LIMIT ?1)
)
WHERE earlier < 300000
ORDER BY user_id, seq
