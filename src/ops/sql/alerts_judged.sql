-- If the statement before changed a row. ?1 end of the window, ?2 [[rule, state, streak, value, since, change, told]]
INSERT INTO alerts (rule, state, streak, value, since, evaluated_at, change_id, told)
SELECT given.value ->> 0, given.value ->> 1, given.value ->> 2, given.value ->> 3, given.value ->> 4,
  CAST(?1 AS INTEGER), given.value ->> 5, given.value ->> 6
FROM json_each(?2) AS given WHERE changes() > 0
ON CONFLICT (rule) DO UPDATE SET state = excluded.state, streak = excluded.streak, value = excluded.value,
  since = excluded.since, evaluated_at = excluded.evaluated_at, change_id = excluded.change_id, told = excluded.told
