-- ?1 up to this place
DELETE FROM audit_records WHERE seq <= ?1
