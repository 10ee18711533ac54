-- ?1 hours since 1970, ?2 [[engine, measure, count]]
INSERT INTO engine_counts (hour, engine, measure, count)
SELECT CAST(?1 AS INTEGER), given.value ->> 0, given.value ->> 1, given.value ->> 2 FROM json_each(?2) AS given WHERE true
ON CONFLICT (hour, engine, measure) DO UPDATE SET count = count + excluded.count
