-- Removes personal parts. ?1 after this place, ?2 up to this one
UPDATE audit_records SET personal = '' WHERE seq > ?1 AND seq <= ?2 AND personal <> ''
