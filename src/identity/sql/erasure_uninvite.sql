-- Invitations that were sent to the person's address. ?1 user
DELETE FROM circle_invitations WHERE email_key = (SELECT email_key FROM users WHERE id = ?1)
