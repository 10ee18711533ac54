-- The checkpoint at the place itself stays: the chain begins behind it. ?1 place
DELETE FROM audit_checkpoints WHERE seq < ?1
