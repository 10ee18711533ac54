-- No session has a second factor that is no more, if the statement before changed a row. ?1 user, ?2 now
UPDATE sessions SET methods = replace(methods, ' otp', ''), updated_at = ?2, version = version + 1
WHERE user_id = ?1 AND instr(methods, ' otp') > 0 AND changes() > 0
