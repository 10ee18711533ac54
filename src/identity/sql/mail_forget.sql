-- ?1 those made before
DELETE FROM mails WHERE created_at < ?1
