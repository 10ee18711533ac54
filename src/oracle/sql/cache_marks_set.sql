-- ?1 [tag], ?2 moment
INSERT INTO cache_marks (tag, at) SELECT given.value, CAST(?2 AS INTEGER) FROM json_each(?1) AS given WHERE true
ON CONFLICT (tag) DO UPDATE SET at = max(at, excluded.at)
