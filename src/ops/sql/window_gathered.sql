-- Takes the place of the sums of before, unless another run did. ?1 end of the window, ?2 sums, ?3 the end before, or 0
INSERT INTO metric_sums (name, at, sums, missed, tried_at) VALUES ('sums', ?1, ?2, 0, ?1)
ON CONFLICT (name) DO UPDATE SET at = excluded.at, sums = excluded.sums, missed = 0, tried_at = excluded.at
WHERE metric_sums.at = ?3
