-- The alerts as they stand, a row for each rule.
SELECT rule, state, streak, value, since, evaluated_at, change_id, told, silenced_until, silence_reason FROM alerts
