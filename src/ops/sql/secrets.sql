-- A dozen rows at most.
SELECT name, fingerprint, first_seen, stage FROM secrets ORDER BY name
