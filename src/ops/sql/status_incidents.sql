-- The newest first. ?1 before this moment and ?2 id, ?3 how many
SELECT id, component, state, cause, began_at, ended_at, note, note_public FROM status_incidents
WHERE (began_at, id) < (?1, ?2) ORDER BY began_at DESC, id DESC LIMIT ?3
