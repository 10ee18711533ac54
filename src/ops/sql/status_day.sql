-- Five minutes more of each, if the statement before changed a row. ?1 day, ?2 [[component, state, milliseconds]]
INSERT INTO status_days (day, component, observed, degraded, down)
SELECT CAST(?1 AS INTEGER), given.value ->> 0, 5, 5 * (given.value ->> 1 = 'degraded'), 5 * (given.value ->> 1 = 'down')
FROM json_each(?2) AS given WHERE changes() > 0
ON CONFLICT (day, component) DO UPDATE SET observed = observed + 5, degraded = degraded + excluded.degraded,
  down = down + excluded.down
