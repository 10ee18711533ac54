-- What is resolved anew has not come again yet. ?1 fingerprint, ?2 version or NULL, ?3 state or NULL, ?4 note or NULL, ?5 now
UPDATE errors SET state = coalesce(?3, state), note = coalesce(?4, note), changed_at = ?5, version = version + 1,
  regressed = iif(?3 = 'resolved', 0, regressed)
WHERE fingerprint = ?1 AND (?2 IS NULL OR version = ?2)
