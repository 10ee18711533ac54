-- The session that has shown the second factor, if the statement before changed a row. ?1 session, ?2 user, ?3 now
UPDATE sessions SET methods = methods || ' otp', updated_at = ?3, version = version + 1
WHERE id = ?1 AND user_id = ?2 AND instr(methods, 'otp') = 0 AND changes() > 0
